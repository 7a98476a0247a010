// sem_clockwait is declared for GNU sources only.
#define _GNU_SOURCE
#include "CLinux.h"

int clinux_wait_within(sem_t *semaphore, int64_t nanoseconds) {
    int64_t deadline = clinux_nanoseconds(CLOCK_MONOTONIC) + (nanoseconds > 0 ? nanoseconds : 0);
    struct timespec until = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    int result;
    do {
        result = sem_clockwait(semaphore, CLOCK_MONOTONIC, &until);
    } while (result != 0 && errno == EINTR);
    return result == 0;
}

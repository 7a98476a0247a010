// Linux calls that Glibc's Swift module does not offer.
// Static inline shims only: no state, no allocation.
#ifndef CLINUX_H
#define CLINUX_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "Files.h"

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008
#endif

/// Opens a file without updating its time of access, because each read would pay for deciding that.
///
/// Returns as open does.
static inline int clinux_open(const char *_Nonnull path, int flags, unsigned mode) {
    // The raw call, -100 (AT_FDCWD) and 01000000 (O_NOATIME): fcntl.h would take struct stat from Glibc's Swift module.
    int fd, more = 01000000;
    while ((fd = (int)syscall(SYS_openat, -100, path, flags | more, mode)) < 0) {
        if (errno == EPERM && more != 0) more = 0;
        else if (errno != EINTR) break;
    }
    return fd;
}

/// Reads only bytes in the page cache.
///
/// Returns bytes read, or -errno: -EAGAIN if it would have to wait for the disk.
static inline long clinux_pread_nowait(int fd, void *_Nonnull into, size_t length, long offset) {
    struct iovec vector = {into, length};
    // The raw call: glibc's wrapper falls back to a blocking read where the kernel lacks the flag.
    long count = syscall(SYS_preadv2, fd, &vector, 1UL, offset, 0L, RWF_NOWAIT);
    return count < 0 ? -(long)errno : count;
}

static inline long clinux_pread(int fd, void *_Nonnull into, size_t length, long offset) {
    long count = pread(fd, into, length, offset);
    return count < 0 ? -(long)errno : count;
}

static inline long clinux_pwrite(int fd, const void *_Nonnull from, size_t length, long offset) {
    long count = pwrite(fd, from, length, offset);
    return count < 0 ? -(long)errno : count;
}

static inline long clinux_pwritev(int fd, const struct iovec *_Nonnull pieces, int count, long offset) {
    long written = pwritev(fd, pieces, count, offset);
    return written < 0 ? -(long)errno : written;
}

/// When a file was made, in nanoseconds since 1970; 0 if its file system does not say.
///
/// No user can set it: a copy has another one.
static inline int64_t clinux_birth(int fd) {
    // The raw call and its struct by offsets (linux/stat.h): sys/stat.h would take struct stat from Glibc's Swift module.
    unsigned char status[256] __attribute__((aligned(8))) = {0};
    uint32_t mask, nanoseconds;
    int64_t seconds;
    if (syscall(SYS_statx, fd, "", 0x1000 /* AT_EMPTY_PATH */, 0x800 /* STATX_BTIME */, status) != 0) return 0;
    memcpy(&mask, status, sizeof mask);
    memcpy(&seconds, status + 80, sizeof seconds);
    memcpy(&nanoseconds, status + 88, sizeof nanoseconds);
    return mask & 0x800 ? seconds * 1000000000 + nanoseconds : 0;
}

/// Nanoseconds of a clock; the clock exists.
static inline int64_t clinux_nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// Nanoseconds since the machine's start, with the time it slept. No change of the wall clock moves it.
static inline int64_t clinux_instant(void) { return clinux_nanoseconds(CLOCK_BOOTTIME); }

/// Nanoseconds since 1970.
static inline int64_t clinux_wall_nanoseconds(void) { return clinux_nanoseconds(CLOCK_REALTIME); }

/// Seconds since 1970. A few ns, no system call; a second begins up to a tick of the system late.
static inline int64_t clinux_wall_seconds(void) { return (int64_t)time(NULL); }

/// Waits for a semaphore for at most so many nanoseconds, whatever happens to the wall clock.
///
/// Returns whether it was taken.
int clinux_wait_within(sem_t *_Nonnull semaphore, int64_t nanoseconds);

/// Lets other threads go first if they want the same processor; 0 to 19, for the calling thread only.
static inline void clinux_be_nice(int niceness) {
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), niceness);
}

/// Nanoseconds: about what a loop needs for the events that have arrived, and the shortest time slice that Linux gives.
static const uint64_t CLINUX_SHORT_TURN = 100000;
/// Nanoseconds, for work that nobody waits for.
static const uint64_t CLINUX_LONG_TURN = 10000000;

/// Asks for time slices of so many nanoseconds for the calling thread.
///
/// A waking thread with shorter slices interrupts a running one with longer slices. Before Linux 6.12 nothing changes.
static inline void clinux_take_turns(uint64_t nanoseconds) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = sizeof attributes, .runtime = nanoseconds};
    attributes.nice = getpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid));
    (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

/// The events of a descriptor: 1 readable, 2 writable, 4 the peer has ended, 8 broken.
struct clinux_event {
    int32_t descriptor;
    uint32_t readiness;
};

static inline int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

/// Has epoll report every edge of a descriptor's readiness. 0, or -1 with errno.
static inline int clinux_epoll_add_edges(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.fd = fd}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/// Has epoll report a descriptor for as long as it is ready for any of `interest`, whether or not it is watched already.
/// 0, or -1 with errno.
static inline int clinux_epoll_watch(int epoll, int fd, uint32_t interest) {
    struct epoll_event event = {
        .events = (interest & 1 ? EPOLLIN : 0u) | (interest & 2 ? EPOLLOUT : 0u), .data = {.fd = fd}};
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
    return errno == ENOENT ? epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) : -1;
}

/// A counter; each increment is an edge to epoll. -1 with errno.
static inline int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline void clinux_eventfd_signal(int fd) { (void)eventfd_write(fd, 1); }

/// Sets the counter to 0.
static inline void clinux_eventfd_clear(int fd) {
    eventfd_t value;
    while (eventfd_read(fd, &value) != 0 && errno == EINTR) {}
}

/// Accepts a connection, sets it non-blocking, and writes its peer's address as text.
///
/// Returns the descriptor, or -1 with errno.
static inline int clinux_accept(int listener, char *_Nonnull peer, unsigned length) {
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    // The raw call: its wrapper is declared for GNU sources only.
    int fd = (int)syscall(SYS_accept4, listener, &address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    peer[0] = 0;
    if (fd < 0) return fd;
    if (address.ss_family == AF_INET) inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, peer, length);
    if (address.ss_family == AF_INET6) inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&address)->sin6_addr, peer, length);
    return fd;
}

/// The port that a socket is bound to; -1 with errno.
static inline int clinux_port(int fd) {
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) return -1;
    // Both families have it in the same place.
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/// The bytes that the kernel holds for the peer of a connected socket; 0 if it does not say.
static inline int clinux_send_queue(int fd) {
    int count = 0;
    return ioctl(fd, SIOCOUTQ, &count) == 0 ? count : 0;
}

static inline void clinux_epoll_remove(int epoll, int fd) { epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); }

/// Waits for `patience` milliseconds at most; -1 without a limit. Returns how many of `events`, 256 at most, were filled.
static inline int clinux_epoll_wait(
    int epoll, struct clinux_event *_Nonnull events, int count, int patience) {
    struct epoll_event found[256];
    int ready = epoll_wait(epoll, found, count < 256 ? count : 256, patience);
    for (int i = 0; i < ready; i++) {
        uint32_t flags = found[i].events;
        events[i].descriptor = found[i].data.fd;
        events[i].readiness = (flags & EPOLLIN ? 1u : 0u) | (flags & EPOLLOUT ? 2u : 0u) |
                              (flags & EPOLLRDHUP ? 4u : 0u) | (flags & (EPOLLERR | EPOLLHUP) ? 8u : 0u);
    }
    return ready < 0 ? 0 : ready;
}

/// Reserves disk space for a range of a file without changing its length.
///
/// Returns 0, or -errno.
static inline int clinux_reserve(int fd, long offset, long length) {
    // The raw call and 1 (FALLOC_FL_KEEP_SIZE): both names are declared for GNU sources only.
    while (syscall(SYS_fallocate, fd, 1, offset, length) != 0) {
        if (errno != EINTR) return -errno;
    }
    return 0;
}

/// The pages of a part of a file that are in the page cache: bit n is set for page n of at most 64.
///
/// `offset` is a multiple of the page size.
static inline uint64_t clinux_resident_pages(int fd, long offset, size_t length) {
    unsigned char pages[64];
    uint64_t resident = 0;
    if (length == 0 || length > sizeof pages * 4096) return 0;
    void *mapping = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, offset);
    if (mapping == MAP_FAILED) return 0;
    if (mincore(mapping, length, pages) == 0) {
        for (size_t page = 0; page < (length + 4095) / 4096; page++) resident |= (uint64_t)(pages[page] & 1) << page;
    }
    munmap(mapping, length);
    return resident;
}

/// Names the calling thread, for `top -H`; at most 15 characters are kept.
static inline void clinux_name_thread(const char *_Nonnull name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// 1 if every page of the mapped range is in the page cache, else 0.
///
/// At most 8 MiB a call.
static inline int clinux_is_resident(const void *_Nonnull mapping, size_t offset, size_t length) {
    unsigned char pages[2048];
    size_t start = offset & ~(size_t)4095;
    size_t count = (offset + length - start + 4095) / 4096;
    if (count > sizeof pages) return 0;
    if (mincore((char *)mapping + start, offset + length - start, pages) != 0) return 0;
    for (size_t page = 0; page < count; page++) {
        if (!(pages[page] & 1)) return 0;
    }
    return 1;
}

#endif

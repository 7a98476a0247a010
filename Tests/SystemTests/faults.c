// Makes system calls on the files of one directory fail, as a disk would: loaded into larder by LD_PRELOAD, told what to do through a
// file that the test maps too. A call on any other file goes through untouched.
//
// FAULT_ROOT: the directory. FAULT_CONTROL: the file with `struct control`.

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// The order of CALLS in `faults`.
enum call { OPEN, READ, WRITE, SYNC, TRUNCATE, ALLOCATE, UNLINK, RENAME, STAT, SENDFILE, MMAP, LIST, LOCK, MKDIR, CALLS };

struct control {
    _Atomic int call;        // the call that fails; -1: none
    _Atomic int error;       // its errno
    _Atomic int skip;        // calls of it that go through first
    _Atomic int count;       // calls of it that fail after those; large: until told otherwise
    _Atomic int delay;       // milliseconds that it takes, failing or not
    _Atomic unsigned seen[CALLS];
    _Atomic unsigned failed[CALLS];
};

static struct control *control;
static char root[4096];
static size_t root_length;
enum { DESCRIPTORS = 1 << 16 };
// Whether a descriptor is of a file below the root.
static _Atomic unsigned char is_below[DESCRIPTORS];

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *directory = getenv("FAULT_ROOT"), *file = getenv("FAULT_CONTROL");
    if (!directory || !file) return;
    int descriptor = (int)open(file, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void *address = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (address == MAP_FAILED) return;
    strncpy(root, directory, sizeof root - 1);
    root_length = strlen(root);
    control = address;
}

static int names_below(const char *path) { return control && path && strncmp(path, root, root_length) == 0; }

static int is_ours(int descriptor) {
    return control && descriptor >= 0 && descriptor < DESCRIPTORS && atomic_load(&is_below[descriptor]);
}

// Whether this call is to fail; errno is set then.
static int fails(enum call call) {
    atomic_fetch_add(&control->seen[call], 1);
    if (atomic_load(&control->call) != (int)call) return 0;
    int delay = atomic_load(&control->delay);
    if (delay > 0) usleep((useconds_t)delay * 1000);
    int error = atomic_load(&control->error);
    if (error == 0) return 0;
    if (atomic_fetch_sub(&control->skip, 1) > 0) return 0;
    if (atomic_fetch_sub(&control->count, 1) <= 0) return 0;
    atomic_fetch_add(&control->failed[call], 1);
    errno = error;
    return 1;
}

static int opened(int descriptor, const char *path) {
    if (descriptor >= 0 && descriptor < DESCRIPTORS) atomic_store(&is_below[descriptor], (unsigned char)names_below(path));
    return descriptor;
}

#define OPENING(name, ...)                                            \
    mode_t mode = 0;                                                  \
    if (flags & (O_CREAT | O_TMPFILE)) {                              \
        va_list list;                                                 \
        va_start(list, flags);                                        \
        mode = va_arg(list, mode_t);                                  \
        va_end(list);                                                 \
    }                                                                 \
    REAL(name);                                                       \
    if (names_below(path) && fails(OPEN)) return -1;                  \
    return opened(real(__VA_ARGS__, flags, mode), path);

int open(const char *path, int flags, ...) { OPENING(open, path) }
int open64(const char *path, int flags, ...) { OPENING(open64, path) }
int openat(int at, const char *path, int flags, ...) { OPENING(openat, at, path) }
int openat64(int at, const char *path, int flags, ...) { OPENING(openat64, at, path) }

int close(int descriptor) {
    REAL(close);
    if (descriptor >= 0 && descriptor < DESCRIPTORS) atomic_store(&is_below[descriptor], 0);
    return real(descriptor);
}

#define ON_DESCRIPTOR(result, name, call, parameters, ...)  \
    result name parameters {                                 \
        REAL(name);                                          \
        if (is_ours(descriptor) && fails(call)) return -1;   \
        return real(__VA_ARGS__);                            \
    }

ON_DESCRIPTOR(ssize_t, read, READ, (int descriptor, void *bytes, size_t count), descriptor, bytes, count)
ON_DESCRIPTOR(ssize_t, pread, READ, (int descriptor, void *bytes, size_t count, off_t at), descriptor, bytes, count, at)
ON_DESCRIPTOR(ssize_t, pread64, READ, (int descriptor, void *bytes, size_t count, off64_t at), descriptor, bytes, count, at)
ON_DESCRIPTOR(ssize_t, preadv, READ, (int descriptor, const struct iovec *v, int count, off_t at), descriptor, v, count, at)
ON_DESCRIPTOR(ssize_t, preadv2, READ, (int descriptor, const struct iovec *v, int count, off_t at, int flags), descriptor, v, count, at, flags)
ON_DESCRIPTOR(ssize_t, preadv64v2, READ, (int descriptor, const struct iovec *v, int count, off64_t at, int flags), descriptor, v, count, at, flags)
ON_DESCRIPTOR(ssize_t, write, WRITE, (int descriptor, const void *bytes, size_t count), descriptor, bytes, count)
ON_DESCRIPTOR(ssize_t, pwrite, WRITE, (int descriptor, const void *bytes, size_t count, off_t at), descriptor, bytes, count, at)
ON_DESCRIPTOR(ssize_t, pwrite64, WRITE, (int descriptor, const void *bytes, size_t count, off64_t at), descriptor, bytes, count, at)
ON_DESCRIPTOR(ssize_t, pwritev, WRITE, (int descriptor, const struct iovec *v, int count, off_t at), descriptor, v, count, at)
ON_DESCRIPTOR(int, fsync, SYNC, (int descriptor), descriptor)
ON_DESCRIPTOR(int, fdatasync, SYNC, (int descriptor), descriptor)
ON_DESCRIPTOR(int, ftruncate, TRUNCATE, (int descriptor, off_t length), descriptor, length)
ON_DESCRIPTOR(int, ftruncate64, TRUNCATE, (int descriptor, off64_t length), descriptor, length)
ON_DESCRIPTOR(int, fallocate, ALLOCATE, (int descriptor, int mode, off_t at, off_t length), descriptor, mode, at, length)
ON_DESCRIPTOR(int, fallocate64, ALLOCATE, (int descriptor, int mode, off64_t at, off64_t length), descriptor, mode, at, length)
ON_DESCRIPTOR(int, fstat, STAT, (int descriptor, struct stat *status), descriptor, status)
ON_DESCRIPTOR(int, fstat64, STAT, (int descriptor, struct stat64 *status), descriptor, status)
ON_DESCRIPTOR(int, flock, LOCK, (int descriptor, int operation), descriptor, operation)

#define ON_PATH(result, none, name, call, parameters, ...)  \
    result name parameters {                                \
        REAL(name);                                         \
        if (names_below(path) && fails(call)) return none;  \
        return real(__VA_ARGS__);                           \
    }

ON_PATH(int, -1, unlink, UNLINK, (const char *path), path)
ON_PATH(int, -1, rename, RENAME, (const char *path, const char *name), path, name)
ON_PATH(int, -1, stat, STAT, (const char *path, struct stat *status), path, status)
ON_PATH(int, -1, stat64, STAT, (const char *path, struct stat64 *status), path, status)
ON_PATH(int, -1, lstat, STAT, (const char *path, struct stat *status), path, status)
ON_PATH(int, -1, lstat64, STAT, (const char *path, struct stat64 *status), path, status)
ON_PATH(int, -1, mkdir, MKDIR, (const char *path, mode_t mode), path, mode)
ON_PATH(DIR *, NULL, opendir, LIST, (const char *path), path)

ssize_t sendfile(int out, int descriptor, off_t *at, size_t count) {
    REAL(sendfile);
    if (is_ours(descriptor) && fails(SENDFILE)) return -1;
    return real(out, descriptor, at, count);
}

ssize_t sendfile64(int out, int descriptor, off64_t *at, size_t count) {
    REAL(sendfile64);
    if (is_ours(descriptor) && fails(SENDFILE)) return -1;
    return real(out, descriptor, at, count);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t at) {
    REAL(mmap);
    if (is_ours(descriptor) && fails(MMAP)) return MAP_FAILED;
    return real(address, length, protection, flags, descriptor, at);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t at) {
    REAL(mmap64);
    if (is_ours(descriptor) && fails(MMAP)) return MAP_FAILED;
    return real(address, length, protection, flags, descriptor, at);
}

// What the C library has no name for, or not for everybody.
long syscall(long number, ...) {
    va_list list;
    long arguments[6];
    va_start(list, number);
    for (int i = 0; i < 6; i++) arguments[i] = va_arg(list, long);
    va_end(list);
    REAL(syscall);
    if (number == SYS_openat) {
        const char *path = (const char *)arguments[1];
        if (names_below(path) && fails(OPEN)) return -1;
        return opened((int)real(number, arguments[0], path, arguments[2], arguments[3]), path);
    }
    if (number == SYS_fallocate && is_ours((int)arguments[0]) && fails(ALLOCATE)) return -1;
    if (number == SYS_preadv2 && is_ours((int)arguments[0]) && fails(READ)) return -1;
    return real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

// SQLite locks with it.
int fcntl(int descriptor, int command, ...) {
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    REAL(fcntl);
    if ((command == F_SETLK || command == F_SETLKW) && is_ours(descriptor) && fails(LOCK)) return -1;
    return real(descriptor, command, argument);
}

int fcntl64(int descriptor, int command, ...) {
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    REAL(fcntl64);
    if ((command == F_SETLK || command == F_SETLKW) && is_ours(descriptor) && fails(LOCK)) return -1;
    return real(descriptor, command, argument);
}

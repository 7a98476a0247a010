// Reading files beneath a directory. Not inline in the header: <sys/stat.h> and <fcntl.h> there would take struct stat from
// Glibc's Swift module.
#include "CLinux.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#ifndef O_PATH // only with _GNU_SOURCE
#define O_PATH 010000000
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#ifndef AT_STATX_FORCE_SYNC
#define AT_STATX_FORCE_SYNC 0x2000
#endif

static struct clinux_file_status status_from(int result, const struct stat *s) {
    struct clinux_file_status out = {0};
    if (result != 0) {
        out.error = errno;
        return out;
    }
    out.is_regular = S_ISREG(s->st_mode);
    out.is_directory = S_ISDIR(s->st_mode);
    out.size = s->st_size;
    out.modified_seconds = s->st_mtim.tv_sec;
    out.modified_nanoseconds = s->st_mtim.tv_nsec;
    out.changed_seconds = s->st_ctim.tv_sec;
    out.changed_nanoseconds = s->st_ctim.tv_nsec;
    out.device = s->st_dev;
    out.inode = s->st_ino;
    out.links = s->st_nlink;
    return out;
}

struct clinux_file_status clinux_status_of(int descriptor) {
    struct stat s;
    int result = fstat(descriptor, &s);
    return status_from(result, &s);
}

struct clinux_file_status clinux_synchronized_status_of(int descriptor) {
    struct statx s;
    unsigned wanted = STATX_TYPE | STATX_NLINK | STATX_SIZE | STATX_MTIME | STATX_CTIME;
    if (syscall(SYS_statx, descriptor, "", AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, wanted, &s) != 0) {
        return clinux_status_of(descriptor);
    }
    struct clinux_file_status out = {0};
    out.is_regular = S_ISREG(s.stx_mode);
    out.is_directory = S_ISDIR(s.stx_mode);
    out.size = (int64_t)s.stx_size;
    out.modified_seconds = s.stx_mtime.tv_sec;
    out.modified_nanoseconds = s.stx_mtime.tv_nsec;
    out.changed_seconds = s.stx_ctime.tv_sec;
    out.changed_nanoseconds = s.stx_ctime.tv_nsec;
    out.links = s.stx_nlink;
    return out;
}

uint32_t clinux_file_system_of(int descriptor) {
    struct statfs s;
    return fstatfs(descriptor, &s) == 0 ? (uint32_t)s.f_type : 0;
}

struct clinux_file_status clinux_status_of_path(const char *path) {
    struct stat s;
    int result = stat(path, &s);
    return status_from(result, &s);
}

int clinux_open_root(const char *path) {
    int descriptor;
    do {
        descriptor = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_open_beneath(int root, const char *path) {
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    long descriptor = syscall(SYS_openat2, root, path, &how, sizeof how);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int clinux_open_step(int directory, const char *name, int is_last) {
    int flags = is_last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH | O_DIRECTORY;
    int descriptor;
    do {
        descriptor = openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_is_empty(int root) {
    int descriptor;
    do {
        descriptor = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0) {
        return 0;
    }
    DIR *directory = fdopendir(descriptor);
    if (directory == 0) {
        (void)close(descriptor);
        return 0;
    }
    int entries = 0;
    while (entries < 3 && readdir(directory) != 0) {
        entries++;
    }
    (void)closedir(directory);
    return entries <= 2; // . and ..
}

// C shims of Origins, its only importer: what Swift cannot call. Variadic libcurl functions get one wrapper per argument
// type, openat2 has no glibc wrapper, epoll_event is packed. No logic and no state. _GNU_SOURCE stays undefined: with it,
// structures of the system's headers would differ from what other C modules in the build see of them.

#ifndef LARDER_CCURL_SHIM_H
#define LARDER_CCURL_SHIM_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef O_PATH // only with _GNU_SOURCE
#define O_PATH 010000000
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#ifndef AT_STATX_FORCE_SYNC
#define AT_STATX_FORCE_SYNC 0x2000
#endif

// MARK: libcurl

static inline CURLcode origins_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode origins_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode origins_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode origins_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode origins_set_list(CURL *easy, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(easy, option, list);
}

// For CURLOPT_WRITEFUNCTION, CURLOPT_HEADERFUNCTION and CURLOPT_READFUNCTION: one signature.
static inline CURLcode origins_set_bytes_callback(CURL *easy, CURLoption option, curl_write_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

static inline CURLcode origins_set_prereq_callback(CURL *easy, curl_prereq_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLcode origins_set_socket_options_callback(CURL *easy, curl_sockopt_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, callback);
}

static inline CURLcode origins_set_close_socket_callback(CURL *easy, curl_closesocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
}

static inline CURLcode origins_set_open_socket_callback(CURL *easy, curl_opensocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

// The socket that libcurl would make itself.
static inline curl_socket_t origins_open_socket(const struct curl_sockaddr *address) {
    int kind = address->socktype | SOCK_CLOEXEC;
    int descriptor = socket(address->family, kind, address->protocol);
    return descriptor < 0 ? CURL_SOCKET_BAD : descriptor;
}

// The bytes of an IP address in network order. 4, 16, or 0 for what is none.
static inline int origins_address_bytes(const struct curl_sockaddr *address, uint8_t out[16]) {
    if (address->family == AF_INET) {
        memcpy(out, &((const struct sockaddr_in *)&address->addr)->sin_addr, 4);
        return 4;
    }
    if (address->family == AF_INET6) {
        memcpy(out, &((const struct sockaddr_in6 *)&address->addr)->sin6_addr, 16);
        return 16;
    }
    return 0;
}

static inline CURLcode origins_get_long(CURL *easy, CURLINFO name, long *value) {
    return curl_easy_getinfo(easy, name, value);
}

static inline CURLcode origins_get_private(CURL *easy, void **value) {
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, value);
}

static inline CURLcode origins_get_socket(CURL *easy, curl_socket_t *value) {
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, value);
}

static inline CURLMcode origins_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode origins_multi_set_socket_callback(CURLM *multi, curl_socket_callback callback, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
}

static inline CURLMcode
origins_multi_set_timer_callback(CURLM *multi, curl_multi_timer_callback callback, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
}

static inline CURLcode origins_message_result(const CURLMsg *message) {
    return message->data.result;
}

static inline int origins_close(int descriptor) {
    return close(descriptor);
}

// MARK: epoll

struct origins_event {
    int32_t descriptor;
    uint32_t events;
};

static inline int origins_poll_create(void) {
    int descriptor = epoll_create1(EPOLL_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

// Watches a descriptor for `events`, whether or not it is watched already. 0 or -errno.
static inline int origins_poll_watch(int poller, int descriptor, uint32_t events) {
    struct epoll_event event = {.events = events, .data = {.fd = descriptor}};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, descriptor, &event) == 0) {
        return 0;
    }
    if (errno == ENOENT && epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0) {
        return 0;
    }
    return -errno;
}

static inline void origins_poll_forget(int poller, int descriptor) {
    struct epoll_event event = {.events = 0, .data = {.fd = descriptor}};
    (void)epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, &event);
}

// The number of events, or -errno. At most 64 at a time.
static inline int origins_poll_wait(int poller, struct origins_event *out, int capacity, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(poller, events, capacity < 64 ? capacity : 64, milliseconds);
    if (count < 0) {
        return -errno;
    }
    for (int i = 0; i < count; i++) {
        out[i].descriptor = events[i].data.fd;
        out[i].events = events[i].events;
    }
    return count;
}

// MARK: Threads

// An eventfd: `counts` makes each wait take one ring and block until there is one; else a wait takes all and never blocks.
// A descriptor or -errno.
static inline int origins_bell_create(int counts) {
    int descriptor = eventfd(0, EFD_CLOEXEC | (counts ? EFD_SEMAPHORE : EFD_NONBLOCK));
    return descriptor < 0 ? -errno : descriptor;
}

static inline void origins_bell_ring(int bell, uint64_t times) {
    (void)eventfd_write(bell, times);
}

static inline void origins_bell_wait(int bell) {
    eventfd_t value;
    while (eventfd_read(bell, &value) != 0 && errno == EINTR) {
    }
}

// MARK: Files

struct origins_file_status {
    int error; // errno, or 0
    int is_regular;
    int is_directory;
    int64_t size;
    int64_t modified_seconds;
    int64_t modified_nanoseconds;
    int64_t changed_seconds;
    int64_t changed_nanoseconds;
    uint64_t device;
    uint64_t inode;
    uint64_t links;
};

static inline struct origins_file_status origins_file_status_from(int result, const struct stat *s) {
    struct origins_file_status out = {0};
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

static inline struct origins_file_status origins_status_of(int descriptor) {
    struct stat s;
    int result = fstat(descriptor, &s);
    return origins_file_status_from(result, &s);
}

// The same, asked of the file server where the file is on one: NFS, SMB and FUSE else answer from what they remember. Of the
// device and inode it says nothing. Where a sandbox hides the call: as `origins_status_of`.
static inline struct origins_file_status origins_synchronized_status_of(int descriptor) {
    struct statx s;
    unsigned wanted = STATX_TYPE | STATX_NLINK | STATX_SIZE | STATX_MTIME | STATX_CTIME;
    if (syscall(SYS_statx, descriptor, "", AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, wanted, &s) != 0) {
        return origins_status_of(descriptor);
    }
    struct origins_file_status out = {0};
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

// The magic number of a file's file system (statfs(2)); 0 where it cannot be told. A call to the server on NFS.
static inline uint32_t origins_file_system_of(int descriptor) {
    struct statfs s;
    return fstatfs(descriptor, &s) == 0 ? (uint32_t)s.f_type : 0;
}

static inline struct origins_file_status origins_status_of_path(const char *path) {
    struct stat s;
    int result = stat(path, &s);
    return origins_file_status_from(result, &s);
}

// A directory as a starting point for lookups only. A descriptor or -errno.
static inline int origins_open_root(const char *path) {
    int descriptor;
    do {
        descriptor = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor < 0 ? -errno : descriptor;
}

// Opens for reading; never blocks on a FIFO. The kernel refuses (EXDEV) whatever leads out of `root`, also through
// symbolic links. Before Linux 5.6, or where a sandbox hides the call: -ENOSYS. A descriptor or -errno.
static inline int origins_open_beneath(int root, const char *path) {
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    long descriptor = syscall(SYS_openat2, root, path, &how, sizeof how);
    return descriptor < 0 ? -errno : (int)descriptor;
}

// One step of a lookup that follows no symbolic link at all: the way without openat2. A descriptor or -errno.
static inline int origins_open_step(int directory, const char *name, int is_last) {
    int flags = is_last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH | O_DIRECTORY;
    int descriptor;
    do {
        descriptor = openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor < 0 ? -errno : descriptor;
}

// Whether a directory has no entry; 0 also where that cannot be told.
static inline int origins_is_empty(int root) {
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

#endif

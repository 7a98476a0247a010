// Reading files beneath a directory: opening a path without leaving the directory, and distinguishing versions.
// Functions that return a descriptor return -errno if they fail.
#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

#include <stdint.h>

struct clinux_file_status {
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

struct clinux_file_status clinux_status_of(int descriptor);

/// The same, but fresh from the file server if the file is on one: NFS, SMB and FUSE may answer `clinux_status_of` from
/// a cache.
///
/// Device and inode are 0. If a sandbox forbids the call: as `clinux_status_of`.
struct clinux_file_status clinux_synchronized_status_of(int descriptor);

struct clinux_file_status clinux_status_of_path(const char *_Nonnull path);

/// The magic number of a file's file system (statfs(2)); 0 if it is unknown. A call to the server on NFS.
uint32_t clinux_file_system_of(int descriptor);

/// Opens a directory as a starting point for lookups only.
int clinux_open_root(const char *_Nonnull path);

/// Opens for reading; never blocks on a FIFO. The kernel refuses (EXDEV) paths that lead out of `root`, also through
/// symbolic links. -ENOSYS before Linux 5.6 or if a sandbox hides the call.
int clinux_open_beneath(int root, const char *_Nonnull path);

/// Opens one name of a directory and follows no symbolic link: a step of a lookup without openat2.
int clinux_open_step(int directory, const char *_Nonnull name, int is_last);

/// 1 if a directory has no entry; 0 also if that is unknown.
int clinux_is_empty(int root);

#endif

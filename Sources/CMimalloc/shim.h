// mimalloc, which takes the place of the C library's malloc for all of a process that is linked with it.
#ifndef CMIMALLOC_SHIM_H
#define CMIMALLOC_SHIM_H
#include <mimalloc.h>
#endif

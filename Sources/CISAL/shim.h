// ISA-L's CRC as the Store uses it. The shim gives the usual start and end values, and lengths beyond an int.
#ifndef CISAL_SHIM_H
#define CISAL_SHIM_H
#include <isa-l/crc.h>
#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, RFC 3720 §B.4) of `bytes`, continued from `crc` (0 to begin).
static inline uint32_t cisal_crc32c(uint32_t crc, const void *_Nonnull bytes, size_t length) {
    // Not written to: ISA-L 2.30 only lacks the word const.
    unsigned char *at = (unsigned char *)bytes;
    crc = ~crc;
    while (length > 0) {
        int piece = length < 1 << 30 ? (int)length : 1 << 30;
        crc = crc32_iscsi(at, piece, crc);
        at += piece;
        length -= (size_t)piece;
    }
    return ~crc;
}
#endif

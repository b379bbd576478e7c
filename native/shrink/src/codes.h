/* Tables of a deflate block's codes, and how their entries are laid out. See codes.c and inflate.c. */
#ifndef CODES_H
#define CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LITERAL_BITS 11
#define DISTANCE_BITS 9
#define LENGTH_BITS 7
#define END_OF_BLOCK 256

/*
 * The lowest bits of the bit buffer have been taken already. Masked with them in place, the buffer is an
 * entry's place in bytes, which saves a shift from one code to the next.
 */
#define SPENT 2

/*
 * An entry: bits 0 to 5 say how many bits to take, those that are added to a length or distance included.
 * Bits 8 to 12: SPENT and how many of them are the code's own. Bits 13 to 27: a literal, the least length
 * or distance, or where a second table begins. In the entry of such a table, bits 8 to 12 are how many bits
 * are looked up in it.
 */
#define LITERAL (1u << 31) /* the sign, which is the cheapest to look at */
#define IS_LITERAL(entry) ((int32_t)(entry) < 0)
#define EXCEPTION (1u << 30) /* one of the next two, or no code */
#define IS_END (1u << 29)
#define SECOND_TABLE (1u << 28)
#define VALUE 13

/* Second tables have room behind the first ones; codes of up to 15 bits need fewer entries than this. */
#define LITERAL_ENTRIES 2400
#define DISTANCE_ENTRIES 640
#define LENGTH_ENTRIES (1 << LENGTH_BITS)

/* Those of the block that is being read. */
extern uint32_t literals[LITERAL_ENTRIES], distances[DISTANCE_ENTRIES], lengths[LENGTH_ENTRIES];

/* Once, before the first table is made. */
void prepare_codes(void);
/*
 * Of literals and lengths, then of distances: how long the code of each symbol is. @returns whether they
 * are codes.
 */
bool make_tables(const uint8_t *code_lengths, int literal_count, int distance_count);
/* The code in which those lengths are written, 19 symbols, to `lengths`. */
bool make_length_table(const uint8_t *code_lengths);

/* adler.c: the sum of `length` bytes. */
uint32_t adler32(const uint8_t *bytes, size_t length);

#endif

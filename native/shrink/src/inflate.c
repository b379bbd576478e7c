/*
 * zlib streams (RFC 1950, 1951), for the pixels of a PNG or a TIFF. Made for photographs, which are nearly
 * all literals and short matches: what counts is how soon the next code's entry is known. Takes nothing
 * that is not exactly right; whatever else a file holds is not for this decoder to judge.
 */
#include <string.h>
#include <wasm_simd128.h>

#include "codes.h"
#include "shrink.h"

typedef struct {
  uint64_t buffer; /* the next bit is the lowest but SPENT */
  uint32_t bits;   /* in its lowest 6 bits, the spent ones included; the others are undefined */
  const uint8_t *next, *end;
} bit_reader;

/* To at least 54 bits; what is there already is read again and is the same. */
static inline void refill(bit_reader *reader) {
  uint64_t word;
  memcpy(&word, reader->next, 8);
  reader->buffer |= word << (reader->bits & 63);
  reader->next += ~reader->bits >> 3 & 7;
  reader->bits |= 56;
}

static inline unsigned take(bit_reader *reader, int bits) {
  const unsigned taken = (unsigned)reader->buffer >> SPENT & ((1u << bits) - 1);
  reader->buffer >>= bits;
  reader->bits -= bits;
  return taken;
}

/* The first byte of which nothing was taken. */
static inline const uint8_t *position(const bit_reader *reader) {
  return reader->next - (((reader->bits & 63) - SPENT) >> 3);
}

/* Whether more was taken than there is; checked so often that no more than the padding is read. */
static inline bool is_past_end(const bit_reader *reader) { return position(reader) > reader->end; }

/*
 * The entry of a static `table` for the next `count` bits. The compiler would add the table's address
 * before it loads; this way, the processor does while it loads. The entry has 64 bits because the buffer is
 * shifted by it.
 */
#define ENTRY_AT(table, buffer, count)                                                                 \
  ({                                                                                                   \
    uint64_t entry_;                                                                                   \
    __asm__ volatile("local.get %1\n\ti64.load32_u %2\n\tlocal.set %0"                                 \
                     : "=r"(entry_)                                                                    \
                     : "r"((uint32_t)(buffer) & ((1u << (count)) - 1) << SPENT), "i"(table)            \
                     : "memory");                                                                      \
    entry_;                                                                                            \
  })

static inline uint64_t second_entry(const uint32_t *table, uint32_t entry, uint64_t buffer) {
  return table[(entry >> VALUE & 0x7FFF) + ((uint32_t)buffer >> SPENT & ((1u << (entry >> 8 & 31)) - 1))];
}

/* An entry's length or distance. `buffer` is as it was before its bits were taken. */
static inline uint32_t value_of(uint32_t entry, uint64_t buffer) {
  const uint32_t taken = (uint32_t)buffer & ~(~0u << SPENT << (entry & 31));
  return (entry >> VALUE) + (taken >> (entry >> 8 & 31));
}

typedef struct {
  uint8_t *start, *next, *end;
} output;

/*
 * The first bytes of a vector again and again, by how many they are; and how many bytes whole repetitions
 * are.
 */
static uint8_t repetitions[16][16], steps[16];

void prepare_inflate(void) {
  prepare_codes();
  for (int distance = 1; distance < 16; distance++) {
    steps[distance] = (uint8_t)(16 - 16 % distance);
    for (int at = 0; at < 16; at++) repetitions[distance][at] = (uint8_t)(at % distance);
  }
}

/*
 * Writes whole vectors, most matches being shorter than one; there is room for them. A match that is nearer
 * than a vector repeats itself: a vector of repetitions is written wherever a whole number of them has gone
 * before.
 */
static inline void copy_match(uint8_t *to, unsigned distance, unsigned length) {
  const uint8_t *from = to - distance;
  const uint8_t *const end = to + length;
  v128_t vector = wasm_v128_load(from);
  if (distance >= 16) {
    wasm_v128_store(to, vector);
    for (to += 16, from += 16; to < end; to += 16, from += 16) wasm_v128_store(to, wasm_v128_load(from));
    return;
  }
  vector = wasm_i8x16_swizzle(vector, wasm_v128_load(repetitions[distance]));
  const unsigned step = steps[distance];
  for (; to < end; to += step) wasm_v128_store(to, vector);
}

/* The codes of one block until its end. */
static __attribute__((noinline)) bool inflate_codes(bit_reader *outer, output *out) {
  bit_reader reader = *outer;
  uint8_t *to = out->next;
  uint8_t *const start = out->start, *const end = out->end;
  /* Whatever is taken in one turn beyond it is within the padding. */
  const uint8_t *const last = reader.end + 8;
  refill(&reader);
#define TAKE(entry) (reader.buffer >>= (entry)&63, reader.bits -= (uint32_t)(entry))
#define PUT(entry) (*to++ = (uint8_t)((uint32_t)(entry) >> VALUE))
#define NEXT_LITERAL ENTRY_AT(literals, reader.buffer, LITERAL_BITS)
  uint64_t entry = NEXT_LITERAL;
  /* Each turn begins with 54 bits and the entry that they begin with. */
  while (reader.next <= last && to <= end) {
    uint64_t before = reader.buffer;
    TAKE(entry);
    if (IS_LITERAL(entry)) {
      PUT(entry);
      entry = NEXT_LITERAL;
      before = reader.buffer;
      TAKE(entry);
      if (IS_LITERAL(entry)) {
        PUT(entry);
        entry = NEXT_LITERAL;
        before = reader.buffer;
        TAKE(entry);
        if (IS_LITERAL(entry)) {
          PUT(entry);
          entry = NEXT_LITERAL;
          refill(&reader);
          continue;
        }
      }
    }
    if ((uint32_t)entry & EXCEPTION) {
      if ((uint32_t)entry & SECOND_TABLE) {
        entry = second_entry(literals, (uint32_t)entry, reader.buffer);
        before = reader.buffer;
        TAKE(entry);
        if (IS_LITERAL(entry)) {
          PUT(entry);
          entry = NEXT_LITERAL;
          refill(&reader);
          continue;
        }
      }
      if ((uint32_t)entry & IS_END) {
        out->next = to;
        *outer = reader;
        return to <= end;
      }
      if ((uint32_t)entry & EXCEPTION) return false;
    }
    /* At most two literals of 11 bits and a length of 15 and 5 were taken of the 54. */
    const uint32_t length = value_of((uint32_t)entry, before);
    entry = ENTRY_AT(distances, reader.buffer, DISTANCE_BITS);
    refill(&reader);
    if ((uint32_t)entry & EXCEPTION) {
      if (!((uint32_t)entry & SECOND_TABLE)) return false;
      TAKE(entry);
      entry = second_entry(distances, (uint32_t)entry, reader.buffer);
      if ((uint32_t)entry & EXCEPTION) return false;
    }
    const uint32_t distance = value_of((uint32_t)entry, reader.buffer);
    TAKE(entry);
    if (distance > (size_t)(to - start)) return false;
    /* At most 15 and 13 bits more. */
    entry = NEXT_LITERAL;
    refill(&reader);
    copy_match(to, distance, length);
    to += length;
  }
  return false;
}

static bool inflate_stored(bit_reader *reader, output *out) {
  reader->next = position(reader);
  reader->buffer = 0;
  reader->bits = SPENT;
  if (reader->end - reader->next < 4) return false;
  const int length = reader->next[0] | reader->next[1] << 8, check = reader->next[2] | reader->next[3] << 8;
  reader->next += 4;
  if ((length ^ check) != 0xFFFF || length > reader->end - reader->next || length > out->end - out->next)
    return false;
  memcpy(out->next, reader->next, length);
  out->next += length;
  reader->next += length;
  return true;
}

static bool fixed_tables(void) {
  uint8_t code_lengths[288 + 32];
  for (int i = 0; i < 288; i++) code_lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  memset(code_lengths + 288, 5, 32);
  return make_tables(code_lengths, 288, 32);
}

/* The lengths of a block's codes, written as lengths and repetitions in a code of their own. */
static bool read_lengths(bit_reader *reader, uint8_t *code_lengths, int total) {
  for (int at = 0; at < total;) {
    refill(reader);
    if (is_past_end(reader)) return false;
    const uint32_t entry = (uint32_t)ENTRY_AT(lengths, reader->buffer, LENGTH_BITS);
    take(reader, entry & 63);
    const int symbol = (int)(entry >> VALUE);
    if (symbol < 16) {
      code_lengths[at++] = (uint8_t)symbol;
      continue;
    }
    if (symbol == 16 && at == 0) return false;
    const uint8_t length = symbol == 16 ? code_lengths[at - 1] : 0;
    const int times = symbol == 16 ? 3 + take(reader, 2) : symbol == 17 ? 3 + take(reader, 3) : 11 + take(reader, 7);
    if (times > total - at) return false;
    memset(code_lengths + at, length, times);
    at += times;
  }
  return true;
}

static bool read_tables(bit_reader *reader) {
  static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  uint8_t code_lengths[320] = {0}, of_lengths[19] = {0};
  const int literal_count = 257 + take(reader, 5), distance_count = 1 + take(reader, 5);
  const int count = 4 + take(reader, 4);
  if (literal_count > 286 || distance_count > 30) return false;
  for (int i = 0; i < count; i++) {
    refill(reader);
    of_lengths[order[i]] = (uint8_t)take(reader, 3);
  }
  return make_length_table(of_lengths) && read_lengths(reader, code_lengths, literal_count + distance_count) &&
         code_lengths[END_OF_BLOCK] != 0 && make_tables(code_lengths, literal_count, distance_count);
}

static bool inflate_block(bit_reader *reader, output *out, unsigned kind) {
  if (kind == 0) return inflate_stored(reader, out);
  return kind != 3 && (kind == 1 ? fixed_tables() : read_tables(reader)) &&
         inflate_codes(reader, out);
}

bool inflate_exactly(const uint8_t *from, size_t bytes, uint8_t *to, size_t expected) {
  /*
   * With a window of 32 KiB, as images of this size have; another decoder may hold a file to a smaller one.
   */
  if (bytes < 6 || from[0] != 0x78 || (from[0] << 8 | from[1]) % 31 != 0 || from[1] & 32) return false;
  const uint8_t *const check = from + bytes - 4;
  bit_reader reader = {.bits = SPENT, .next = from + 2, .end = check};
  output out = {to, to, to + expected};
  bool is_last = false;
  while (!is_last) {
    refill(&reader);
    if (is_past_end(&reader)) return false;
    is_last = take(&reader, 1);
    if (!inflate_block(&reader, &out, take(&reader, 2))) return false;
  }
  const uint32_t sum = adler32(to, expected);
  const bool is_whole = out.next == out.end && position(&reader) == check;
  return is_whole && memcmp(check, &(uint32_t){__builtin_bswap32(sum)}, 4) == 0;
}

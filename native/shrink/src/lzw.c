/*
 * LZW as TIFF has it (TIFF 6.0, section 13): codes of 9 to 12 bits, the highest bit first, one bit longer one code early. A string
 * of the dictionary is one that was written before and the byte after it, so that it need only be known where, and is copied from
 * there. Takes nothing that is not exactly right, but for what follows the last byte that is wanted.
 */
#include <string.h>
#include <wasm_simd128.h>

#include "shrink.h"

#define CLEAR 256
#define END 257
#define FIRST 258
#define SHORTEST_CODE 9
#define LONGEST_CODE 12
#define CODES (1 << LONGEST_CODE)
#define CODES_PER_REFILL 4 /* of 56 bits */
/* Strings are copied in whole vectors of this. */
#define VECTOR 16

typedef struct {
  uint64_t buffer; /* the next bit is the highest */
  int bits;
  const uint8_t *next, *end;
} bit_reader;

/* To at least 56 bits; what is there already is read again and is the same. */
static inline void refill(bit_reader *reader) {
  const v128_t bytes = wasm_v128_load64_zero(reader->next);
  const v128_t turned = wasm_i8x16_shuffle(bytes, bytes, 7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0);
  reader->buffer |= (uint64_t)wasm_i64x2_extract_lane(turned, 0) >> reader->bits;
  reader->next += (63 - reader->bits) >> 3;
  reader->bits |= 56;
}

static inline int take(bit_reader *reader, int bits) {
  const int taken = (int)(reader->buffer >> (64 - bits));
  reader->buffer <<= bits;
  reader->bits -= bits;
  return taken;
}

static inline bool is_past_end(const bit_reader *reader) { return reader->next - (reader->bits >> 3) > reader->end; }

static inline void copy_string(uint8_t *to, const uint8_t *from, int length) {
  wasm_v128_store(to, wasm_v128_load(from));
  for (int at = VECTOR; at < length; at += VECTOR) wasm_v128_store(to + at, wasm_v128_load(from + at));
}

typedef struct {
  const uint8_t *at;
  int length;
} string;

static void add_literals(string *strings) {
  static uint8_t literals[CLEAR + VECTOR];
  for (int byte = 0; byte < CLEAR; byte++) {
    literals[byte] = (uint8_t)byte;
    strings[byte] = (string){literals + byte, 1};
  }
}

bool unpack_lzw(const uint8_t *from, size_t bytes, uint8_t *to, size_t expected) {
  static string strings[CODES];
  add_literals(strings);
  bit_reader reader = {.next = from, .end = from + bytes};
  const uint8_t *const end = to + expected;
  /* The last code's, as it was written, with which the next one of the dictionary begins; after a clear there is none. */
  string last = {NULL, 0};
  int bits = SHORTEST_CODE, free = FIRST;
  refill(&reader);
  if (is_past_end(&reader) || take(&reader, bits) != CLEAR) return false;
  while (to < end) {
    refill(&reader);
    if (is_past_end(&reader)) return false;
    for (int i = 0; i < CODES_PER_REFILL && to < end; i++) {
      const int code = take(&reader, bits);
      if (last.at != NULL && code == CLEAR) {
        free = FIRST;
        bits = SHORTEST_CODE;
        last.at = NULL;
        continue;
      }
      if (last.at == NULL) {
        if (code >= CLEAR) return false;
      } else {
        if (code > free || code == END || free == CODES) return false;
        strings[free] = (string){last.at, last.length + 1};
        free++;
        if (free == (1 << bits) - 1 && bits < LONGEST_CODE) bits++;
      }
      const string next = strings[code];
      if (next.length > end - to) return false;
      copy_string(to, next.at, next.length);
      /* The string that was only just made ends in the byte that it begins with, which was not there yet. */
      if (code == free - 1) to[next.length - 1] = *last.at;
      last = (string){to, next.length};
      to += next.length;
    }
  }
  return !is_past_end(&reader);
}

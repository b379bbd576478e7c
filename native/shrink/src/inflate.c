/*
 * zlib streams (RFC 1950, 1951), for the pixels of a PNG. Made for photographs, which are nearly all literals and short matches.
 * Takes nothing that is not exactly right; whatever else a file holds is not for this decoder to judge.
 */
#include <string.h>
#include <wasm_simd128.h>

#include "shrink.h"

#define LITERAL_BITS 11
#define DISTANCE_BITS 10
#define LENGTH_BITS 7
#define LONGEST_CODE 15
#define LONGEST_MATCH 258
#define END_OF_BLOCK 256

/*
 * By the next bits. Bits 0 to 5: bits to take, 0: a longer code. Bits 11 to 15: further bits to add, and bits 16 to 31: to what;
 * or a literal.
 */
#define IS_LITERAL (1u << 8)
#define IS_END (1u << 9)

typedef struct {
  uint32_t entries[1 << LITERAL_BITS];
  /* For the longer codes: how many there are of each length, and their symbols in order. */
  uint16_t counts[LONGEST_CODE + 1], symbols[288];
  uint32_t (*entry)(int symbol, int length);
} table;

typedef struct {
  uint64_t buffer; /* the next bit is the lowest */
  int bits;
  const uint8_t *next, *end;
} bit_reader;

/* To at least 56 bits; what is there already is read again and is the same. */
static inline void refill(bit_reader *reader) {
  uint64_t word;
  memcpy(&word, reader->next, 8);
  reader->buffer |= word << reader->bits;
  reader->next += (63 - reader->bits) >> 3;
  reader->bits |= 56;
}

static inline unsigned take(bit_reader *reader, int bits) {
  const unsigned taken = (unsigned)reader->buffer & ((1u << bits) - 1);
  reader->buffer >>= bits;
  reader->bits -= bits;
  return taken;
}

/* Whether more was taken than there is. At the beginning of each block and each few codes, so that no more than the padding is read. */
static inline bool is_past_end(const bit_reader *reader) {
  return reader->next - (reader->bits >> 3) > reader->end;
}

static uint32_t literal_entry(int symbol, int length) {
  static const uint16_t bases[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                   31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
  static const uint8_t extra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
  if (symbol < END_OF_BLOCK) return (uint32_t)symbol << 16 | IS_LITERAL | (uint32_t)length;
  if (symbol == END_OF_BLOCK) return IS_END | (uint32_t)length;
  if (symbol > 285) return 0;
  return (uint32_t)bases[symbol - 257] << 16 | (uint32_t)extra[symbol - 257] << 11 | (uint32_t)length;
}

static uint32_t distance_entry(int symbol, int length) {
  static const uint16_t bases[] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
                                   193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
  if (symbol > 29) return 0;
  const int extra = symbol < 4 ? 0 : symbol / 2 - 1;
  return (uint32_t)bases[symbol] << 16 | (uint32_t)extra << 11 | (uint32_t)length;
}

static uint32_t plain_entry(int symbol, int length) { return (uint32_t)symbol << 16 | (uint32_t)length; }

static unsigned reversed(unsigned code, int length) {
  unsigned turned = 0;
  for (int i = 0; i < length; i++) turned |= (code >> i & 1) << (length - 1 - i);
  return turned;
}

/* Only codes that use up all bit patterns; of distances there may be none, or one of one bit. */
static bool make_table(table *table, const uint8_t *lengths, int count, int bits, uint32_t (*entry)(int, int)) {
  unsigned next[LONGEST_CODE + 2] = {0}, offsets[LONGEST_CODE + 2] = {0};
  memset(table->counts, 0, sizeof table->counts);
  memset(table->entries, 0, sizeof *table->entries << bits);
  table->entry = entry;
  for (int i = 0; i < count; i++) table->counts[lengths[i]]++;
  const int used = count - table->counts[0];
  table->counts[0] = 0;
  for (int length = 1; length <= LONGEST_CODE; length++) {
    next[length + 1] = (next[length] + table->counts[length]) << 1;
    offsets[length + 1] = offsets[length] + table->counts[length];
  }
  const bool is_complete = next[LONGEST_CODE + 1] == 2u << LONGEST_CODE;
  const bool may_be_incomplete = entry == distance_entry && used <= 1 && table->counts[1] == used;
  if (!is_complete && !may_be_incomplete) return false;
  for (int symbol = 0; symbol < count; symbol++) {
    const int length = lengths[symbol];
    if (length == 0) continue;
    table->symbols[offsets[length]++] = (uint16_t)symbol;
    const unsigned code = next[length]++;
    if (length > bits) continue;
    const uint32_t made = entry(symbol, length);
    for (unsigned at = reversed(code, length); at < 1u << bits; at += 1u << length) table->entries[at] = made;
  }
  return true;
}

/* A code that is longer than what is looked up; 0: there is no such one. */
static __attribute__((noinline)) uint32_t find_long(uint64_t buffer, const table *table) {
  int code = 0, first = 0, index = 0;
  for (int length = 1; length <= LONGEST_CODE; length++) {
    code |= (int)(buffer >> (length - 1) & 1);
    const int count = table->counts[length];
    if (code - count < first) return table->entry(table->symbols[index + code - first], length);
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return 0;
}

/* The next code, with its bits taken; 0: there is no such one. */
static inline uint32_t look_up(bit_reader *reader, const table *table, int bits) {
  uint32_t entry = table->entries[reader->buffer & ((1u << bits) - 1)];
  if (entry == 0) entry = find_long(reader->buffer, table);
  reader->buffer >>= entry & 63;
  reader->bits -= entry & 63;
  return entry;
}

typedef struct {
  uint8_t *start, *next, *end;
} output;

/* Writes whole vectors, most matches being shorter than one; there is room for them. */
static inline void copy_match(uint8_t *to, unsigned distance, unsigned length) {
  const uint8_t *from = to - distance;
  const uint8_t *const end = to + length;
  if (distance >= 16) {
    wasm_v128_store(to, wasm_v128_load(from));
    for (to += 16, from += 16; to < end; to += 16, from += 16) wasm_v128_store(to, wasm_v128_load(from));
    return;
  }
  while (to < end) *to++ = *from++;
}

/* The codes of one block until its end. */
static bool inflate_codes(bit_reader *outer, output *out, const table *literals, const table *distances) {
  bit_reader reader = *outer;
  uint8_t *to = out->next;
  for (;;) {
    refill(&reader);
    if (is_past_end(&reader) || to > out->end) return false;
    uint32_t entry = look_up(&reader, literals, LITERAL_BITS);
    /* At most 15 bits a time, of 56. */
    if (entry & IS_LITERAL) {
      *to++ = (uint8_t)(entry >> 16);
      entry = look_up(&reader, literals, LITERAL_BITS);
      if (entry & IS_LITERAL) {
        *to++ = (uint8_t)(entry >> 16);
        entry = look_up(&reader, literals, LITERAL_BITS);
        if (entry & IS_LITERAL) {
          *to++ = (uint8_t)(entry >> 16);
          continue;
        }
      }
      refill(&reader);
    }
    if (entry & IS_END) break;
    if (entry == 0) return false;
    /* Length and distance with what is added to them have 5 + 15 + 13 bits at most. */
    const unsigned length = (entry >> 16) + take(&reader, entry >> 11 & 31);
    const uint32_t code = look_up(&reader, distances, DISTANCE_BITS);
    if (code == 0) return false;
    const unsigned distance = (code >> 16) + take(&reader, code >> 11 & 31);
    if (distance > (size_t)(to - out->start)) return false;
    copy_match(to, distance, length);
    to += length;
  }
  out->next = to;
  *outer = reader;
  return to <= out->end;
}

static bool inflate_stored(bit_reader *reader, output *out) {
  take(reader, reader->bits & 7);
  reader->next -= reader->bits >> 3;
  reader->buffer = 0;
  reader->bits = 0;
  if (reader->end - reader->next < 4) return false;
  const int length = reader->next[0] | reader->next[1] << 8, check = reader->next[2] | reader->next[3] << 8;
  reader->next += 4;
  if ((length ^ check) != 0xFFFF || length > reader->end - reader->next || length > out->end - out->next) return false;
  memcpy(out->next, reader->next, length);
  out->next += length;
  reader->next += length;
  return true;
}

static bool fixed_tables(table *literals, table *distances) {
  uint8_t lengths[288];
  for (int i = 0; i < 288; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  if (!make_table(literals, lengths, 288, LITERAL_BITS, literal_entry)) return false;
  memset(lengths, 5, 32);
  return make_table(distances, lengths, 32, DISTANCE_BITS, distance_entry);
}

static bool read_tables(bit_reader *reader, table *literals, table *distances) {
  static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  static table codes;
  uint8_t lengths[320 + 138] = {0}, code_lengths[19] = {0};
  const int literal_count = 257 + take(reader, 5), distance_count = 1 + take(reader, 5), count = 4 + take(reader, 4);
  if (literal_count > 286 || distance_count > 30) return false;
  for (int i = 0; i < count; i++) {
    refill(reader);
    code_lengths[order[i]] = (uint8_t)take(reader, 3);
  }
  if (!make_table(&codes, code_lengths, 19, LENGTH_BITS, plain_entry)) return false;
  const int total = literal_count + distance_count;
  for (int at = 0; at < total;) {
    refill(reader);
    if (is_past_end(reader)) return false;
    const uint32_t entry = look_up(reader, &codes, LENGTH_BITS);
    if (entry == 0) return false;
    const int symbol = (int)(entry >> 16);
    if (symbol < 16) {
      lengths[at++] = (uint8_t)symbol;
      continue;
    }
    if (symbol == 16 && at == 0) return false;
    const uint8_t length = symbol == 16 ? lengths[at - 1] : 0;
    const int times = symbol == 16 ? 3 + take(reader, 2) : symbol == 17 ? 3 + take(reader, 3) : 11 + take(reader, 7);
    memset(lengths + at, length, times);
    at += times;
    if (at > total) return false;
  }
  return lengths[END_OF_BLOCK] != 0 && make_table(literals, lengths, literal_count, LITERAL_BITS, literal_entry) &&
         make_table(distances, lengths + literal_count, distance_count, DISTANCE_BITS, distance_entry);
}

static bool inflate_block(bit_reader *reader, output *out, unsigned kind) {
  static table literals, distances;
  if (kind == 0) return inflate_stored(reader, out);
  if (kind == 3 || !(kind == 1 ? fixed_tables(&literals, &distances) : read_tables(reader, &literals, &distances)))
    return false;
  return inflate_codes(reader, out, &literals, &distances);
}

/* Sums of 16 bytes, and of these sums, at once; so few of them that 32 bits are enough. */
static uint32_t adler32(const uint8_t *bytes, size_t length) {
  const v128_t falling_low = wasm_i16x8_const(16, 15, 14, 13, 12, 11, 10, 9);
  const v128_t falling_high = wasm_i16x8_const(8, 7, 6, 5, 4, 3, 2, 1);
  uint32_t sum = 1, sum_of_sums = 0;
  while (length > 0) {
    const size_t vectors = length / 16 < 256 ? length / 16 : 256;
    v128_t sums = wasm_i32x4_const_splat(0), before = sums, weighted = sums;
    for (size_t i = 0; i < vectors; i++, bytes += 16) {
      const v128_t vector = wasm_v128_load(bytes);
      before = wasm_i32x4_add(before, sums);
      sums = wasm_i32x4_add(sums, wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16(vector)));
      weighted = wasm_i32x4_add(weighted, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(vector), falling_low));
      weighted = wasm_i32x4_add(weighted, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(vector), falling_high));
    }
#define TOTAL(v) \
  (wasm_u32x4_extract_lane(v, 0) + wasm_u32x4_extract_lane(v, 1) + wasm_u32x4_extract_lane(v, 2) + wasm_u32x4_extract_lane(v, 3))
    sum_of_sums = (sum_of_sums + (uint32_t)(16 * vectors) * sum + 16 * TOTAL(before) + TOTAL(weighted)) % 65521;
    sum = (sum + TOTAL(sums)) % 65521;
    length -= 16 * vectors;
    for (; length > 0 && length < 16; length--) {
      sum = (sum + *bytes++) % 65521;
      sum_of_sums = (sum_of_sums + sum) % 65521;
    }
  }
  return sum_of_sums << 16 | sum;
}

bool inflate_exactly(const uint8_t *from, size_t bytes, uint8_t *to, size_t expected) {
  /* With a window of 32 KiB, which is what images of this size have; another decoder may hold a file to a smaller one. */
  if (bytes < 6 || from[0] != 0x78 || (from[0] << 8 | from[1]) % 31 != 0 || from[1] & 32) return false;
  const uint8_t *const check = from + bytes - 4;
  bit_reader reader = {.next = from + 2, .end = check};
  output out = {to, to, to + expected};
  bool is_last = false;
  while (!is_last) {
    refill(&reader);
    if (is_past_end(&reader)) return false;
    is_last = take(&reader, 1);
    if (!inflate_block(&reader, &out, take(&reader, 2))) return false;
  }
  const uint8_t *const read = reader.next - (reader.bits >> 3);
  const uint32_t sum = adler32(to, expected);
  return out.next == out.end && read == check && memcmp(check, &(uint32_t){__builtin_bswap32(sum)}, 4) == 0;
}

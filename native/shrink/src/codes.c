/* The codes of a deflate block (RFC 1951, 3.2) as tables that are looked up by the next bits. */
#include "codes.h"

#include <wasm_simd128.h>

#define LONGEST_CODE 15
#define NO_CODE EXCEPTION
/* What a code of `length` bits adds to the entry of its symbol. */
#define TAKEN(length) ((uint32_t)(length)*0x101u)
#define CODED(value, extra) ((uint32_t)(value) << VALUE | SPENT << 8 | (extra))

uint32_t literals[LITERAL_ENTRIES], distances[DISTANCE_ENTRIES], lengths[LENGTH_ENTRIES];

/* By symbol, without the bits of its code. */
static uint32_t literal_entries[288], distance_entries[32], length_entries[19];

void prepare_codes(void) {
  static const uint16_t least[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                       31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
  for (uint32_t symbol = 0; symbol < 256; symbol++) literal_entries[symbol] = LITERAL | symbol << VALUE;
  literal_entries[END_OF_BLOCK] = EXCEPTION | IS_END;
  for (int i = 0; i < 29; i++) literal_entries[257 + i] = CODED(least[i], i < 8 || i == 28 ? 0 : i / 4 - 1);
  literal_entries[286] = literal_entries[287] = distance_entries[30] = distance_entries[31] = NO_CODE;
  for (uint32_t i = 0, distance = 1; i < 30; i++) {
    const uint32_t extra = i < 4 ? 0 : i / 2 - 1;
    distance_entries[i] = CODED(distance, extra);
    distance += 1u << extra;
  }
  for (uint32_t symbol = 0; symbol < 19; symbol++) length_entries[symbol] = CODED(symbol, 0);
}

/* The next code of as many bits; codes are kept with their first bit lowest. */
static inline unsigned next_code(unsigned code, int length) {
  const unsigned all = (1u << length) - 1, ones = code ^ all;
  if (ones == 0) return 0;
  const unsigned bit = 1u << (31 - __builtin_clz(ones));
  return (code & (bit - 1)) | bit;
}

/* How many bits are needed to tell codes apart that begin alike, of which the first has `length` bits. */
static int second_bits(const unsigned *left, int length, int bits) {
  int found = length - bits;
  for (unsigned used = left[length]; used < 1u << found && bits + found < LONGEST_CODE;)
    used = (used << 1) + left[bits + ++found];
  return found;
}

/* Symbols by the length of their codes. @returns how many have one. */
static int sort_symbols(const uint8_t *code_lengths, int count, const unsigned *counts, uint16_t *sorted) {
  unsigned offsets[LONGEST_CODE + 2] = {0};
  for (int length = 1; length <= LONGEST_CODE; length++)
    offsets[length + 1] = offsets[length] + counts[length];
  for (int symbol = 0; symbol < count; symbol++)
    if (code_lengths[symbol] != 0) sorted[offsets[code_lengths[symbol]]++] = (uint16_t)symbol;
  return (int)offsets[LONGEST_CODE + 1];
}

/* A table of none or one code, which only distances may be. */
static bool make_poor_table(uint32_t *table, int bits, int used, const unsigned *counts, uint32_t entry) {
  if (used > 1 || counts[1] != (unsigned)used) return false;
  for (int i = 0; i < 1 << bits; i++) table[i] = used == 1 && i % 2 == 0 ? entry + TAKEN(1) : NO_CODE;
  return true;
}

/* A first table and its second ones while they are made. */
typedef struct {
  uint32_t *entries;
  int bits;
  unsigned room, end;
  /* How many codes of each length are still to come, and the next of them. */
  unsigned left[LONGEST_CODE + 1], code;
  const uint16_t *symbol; /* the next code's */
} unfinished_table;

static void repeat(uint32_t *entries, unsigned count) {
  if (count < 4)
    for (unsigned i = 0; i < count; i++) entries[count + i] = entries[i];
  else
    for (unsigned i = 0; i < count; i += 4) wasm_v128_store(entries + count + i, wasm_v128_load(entries + i));
}

/* What was made for shorter codes is repeated for each bit more. */
static void make_first(unfinished_table *table, const uint32_t *entries) {
  table->entries[0] = table->entries[1] = NO_CODE;
  table->end = 2;
  for (int length = 1;; length++) {
    for (unsigned i = table->left[length]; i > 0; i--, table->code = next_code(table->code, length))
      table->entries[table->code] = entries[*table->symbol++] + TAKEN(length);
    if (length == table->bits) return;
    repeat(table->entries, table->end);
    table->end *= 2;
  }
}

static bool make_second(unfinished_table *table, const uint32_t *entries) {
  const unsigned mask = (1u << table->bits) - 1;
  unsigned start = 0, prefix = ~0u;
  for (int length = table->bits + 1; length <= LONGEST_CODE; length++) {
    for (; table->left[length] > 0; table->left[length]--, table->code = next_code(table->code, length)) {
      if ((table->code & mask) != prefix) {
        const int more = second_bits(table->left, length, table->bits);
        prefix = table->code & mask;
        start = table->end;
        table->end += 1u << more;
        if (table->end > table->room) return false;
        table->entries[prefix] =
            EXCEPTION | SECOND_TABLE | start << VALUE | (uint32_t)more << 8 | (uint32_t)table->bits;
      }
      const uint32_t entry = entries[*table->symbol++] + TAKEN(length - table->bits);
      for (unsigned at = start + (table->code >> table->bits); at < table->end; at += 1u << (length - table->bits))
        table->entries[at] = entry;
    }
  }
  return true;
}

/* Only codes that use up all bit patterns; of distances there may be none, or one of one bit. */
static bool make_table(uint32_t *to, unsigned room, const uint8_t *code_lengths, int count, int bits,
                       const uint32_t *entries) {
  unsigned space = 0;
  uint16_t sorted[288];
  unfinished_table table = {.entries = to, .bits = bits, .room = room, .symbol = sorted};
  for (int i = 0; i < count; i++) table.left[code_lengths[i]]++;
  table.left[0] = 0;
  for (int length = 1; length <= LONGEST_CODE; length++) space += table.left[length] << (LONGEST_CODE - length);
  const int used = sort_symbols(code_lengths, count, table.left, sorted);
  if (space != 1u << LONGEST_CODE) {
    const uint32_t only = entries[used > 0 ? sorted[0] : 0];
    return entries == distance_entries && make_poor_table(to, bits, used, table.left, only);
  }
  make_first(&table, entries);
  return make_second(&table, entries);
}

bool make_tables(const uint8_t *code_lengths, int literal_count, int distance_count) {
  return make_table(literals, LITERAL_ENTRIES, code_lengths, literal_count, LITERAL_BITS, literal_entries) &&
         make_table(distances, DISTANCE_ENTRIES, code_lengths + literal_count, distance_count, DISTANCE_BITS,
                    distance_entries);
}

bool make_length_table(const uint8_t *code_lengths) {
  return make_table(lengths, LENGTH_ENTRIES, code_lengths, 19, LENGTH_BITS, length_entries);
}

/*
 * Huffman decoding of a baseline scan. libjpeg-turbo's own keeps all 64 coefficients of a block and takes half of the time;
 * this one looks up a code and its value at once, and drops what the size that is decoded does not need. It takes
 * nothing that is not exactly right: whatever else a file holds, it is not for this decoder to judge.
 */
#include <stdlib.h>
#include <string.h>
#include <wasm_simd128.h>

#include "shrink.h"
#define JPEG_INTERNALS
#include "jpegint.h"
#include "jdhuff.h"

#define PEEK 11 /* bits that are looked up at once */
#define MAX_CODE 16
/* A block takes at most 64 × (16 + 15) bits, and an MCU has six: so much is read before its end is checked. */
#define MCU_BLOCKS 6
#define PADDING (MCU_BLOCKS * 256)

/* By the next bits. 0: they do not say it all. */
typedef struct {
  /* A code and its value. Bits 16 to 31: value; 15: the block ends after it; 8 to 14: zeros before it; 0 to 7: bits to take. */
  int32_t values[1 << PEEK];
  /* As many codes as are seen. Bit 15: the last ends the block; 8 to 14: places; 0 to 7: bits to take. */
  uint16_t steps[1 << PEEK];
  d_derived_tbl codes;
  JHUFF_TBL source;
} ac_table;

/* Bits 16 to 31: value; 0 to 7: bits to take, 0: they do not say it all. */
typedef struct {
  int32_t values[1 << PEEK];
  const d_derived_tbl *codes;
} dc_table;

typedef struct {
  uint64_t buffer; /* the next bit is the highest */
  int bits;        /* of it that are valid */
  const uint8_t *next;
} bit_reader;

/* To more than 32 bits: a code and its value have 31 at most. */
static inline void refill(bit_reader *reader) {
  if (reader->bits > 32) return;
  uint32_t word;
  memcpy(&word, reader->next, 4);
  reader->buffer |= (uint64_t)__builtin_bswap32(word) << (32 - reader->bits);
  reader->bits += 32;
  reader->next += 4;
}

static inline void drop(bit_reader *reader, int bits) {
  reader->buffer <<= bits;
  reader->bits -= bits;
}

/* The symbol of the next code, or -1: there is no such code. At most 16 bits. */
static int symbol(bit_reader *reader, const d_derived_tbl *codes) {
  const int looked = codes->lookup[reader->buffer >> (64 - HUFF_LOOKAHEAD)];
  int length = looked >> HUFF_LOOKAHEAD;
  if (length <= HUFF_LOOKAHEAD) {
    drop(reader, length);
    return looked & ((1 << HUFF_LOOKAHEAD) - 1);
  }
  long code = (long)(reader->buffer >> (64 - length));
  while (length <= MAX_CODE && code > codes->maxcode[length]) code = (long)(reader->buffer >> (64 - ++length));
  if (length > MAX_CODE) return -1;
  drop(reader, length);
  return codes->pub->huffval[(int)(code + codes->valoffset[length])];
}

/*
 * `size` bits that stand for a value: the upper half as they are, the lower half negative. Without a condition, which would
 * be a branch that is taken at random.
 */
static inline int value_of(int bits, int size) {
  const int is_lower = (bits - (1 << (size - 1))) >> 31;
  return bits + (is_lower & (1 - (1 << size)));
}

static inline int take_value(bit_reader *reader, int size) {
  if (size == 0) return 0;
  const int bits = (int)(reader->buffer >> (64 - size));
  drop(reader, size);
  return value_of(bits, size);
}

/* The code that begins what is looked up: bits of it, 0: none that fits. */
typedef struct code {
  uint8_t length, run_and_size;
} code;

static void list_codes(const JHUFF_TBL *source, code codes[1 << PEEK]) {
  int at = 0;
  memset(codes, 0, (1 << PEEK) * sizeof *codes);
  for (int length = 1, index = 0; length <= PEEK; length++)
    for (int i = 0; i < source->bits[length]; i++, index++)
      for (int end = at + (1 << (PEEK - length)); at < end; at++)
        codes[at] = (code){(uint8_t)length, source->huffval[index]};
}

static int32_t find_value(int peeked, const code codes[1 << PEEK]) {
  const code code = codes[peeked];
  const int size = code.run_and_size & 15, taken = code.length + size;
  if (code.length == 0 || size == 0 || taken > PEEK) return 0;
  const int value = value_of(peeked >> (PEEK - taken) & ((1 << size) - 1), size);
  const struct code *next = &codes[peeked << taken & ((1 << PEEK) - 1)];
  const bool is_last = next->length > 0 && taken + next->length <= PEEK && next->run_and_size == 0;
  return (int32_t)((uint32_t)value << 16) | is_last << 15 | (code.run_and_size >> 4) << 8 |
         (taken + (is_last ? next->length : 0));
}

static uint16_t find_steps(int peeked, const code codes[1 << PEEK]) {
  int places = 0, taken = 0;
  while (taken < PEEK) {
    const code code = codes[peeked << taken & ((1 << PEEK) - 1)];
    const int size = code.run_and_size & 15;
    if (code.length == 0 || taken + code.length > PEEK) break;
    if (code.run_and_size == 0) return (uint16_t)(1 << 15 | places << 8 | (taken + code.length));
    if (size == 0 && code.run_and_size != 0xF0) break;
    if (places + (code.run_and_size >> 4) + 1 > 64) break;
    places += (code.run_and_size >> 4) + 1;
    taken += code.length + size;
  }
  return (uint16_t)(places << 8 | taken);
}

/* Most files of a scanner have the same tables: they are made anew only where they differ from the last. */
static void prepare_table(struct jpeg_decompress_struct *jpeg, int number, ac_table *table) {
  d_derived_tbl *codes = NULL;
  jpeg_make_d_derived_tbl(jpeg, FALSE, number, &codes);
  const JHUFF_TBL *source = jpeg->ac_huff_tbl_ptrs[number];
  if (memcmp(table->source.bits, source->bits, sizeof source->bits) == 0 &&
      memcmp(table->source.huffval, source->huffval, sizeof source->huffval) == 0)
    return;
  static code listed[1 << PEEK];
  list_codes(source, listed);
  table->codes = *codes;
  for (int peeked = 0; peeked < 1 << PEEK; peeked++) {
    table->values[peeked] = find_value(peeked, listed);
    table->steps[peeked] = find_steps(peeked, listed);
  }
  table->source = *source;
  table->codes.pub = &table->source;
}

static void prepare_dc_table(struct jpeg_decompress_struct *jpeg, int number, dc_table *table) {
  static code listed[1 << PEEK];
  d_derived_tbl *codes = NULL;
  jpeg_make_d_derived_tbl(jpeg, TRUE, number, &codes);
  table->codes = codes;
  list_codes(jpeg->dc_huff_tbl_ptrs[number], listed);
  for (int peeked = 0; peeked < 1 << PEEK; peeked++) {
    const int size = listed[peeked].run_and_size, taken = listed[peeked].length + size;
    const bool fits = listed[peeked].length > 0 && size <= 11 && taken <= PEEK;
    const int value = size == 0 ? 0 : value_of(peeked >> (PEEK - taken) & ((1 << size) - 1), size);
    table->values[peeked] = fits ? (int32_t)((uint32_t)value << 16) | taken : 0;
  }
}

typedef struct {
  const dc_table *dc;
  const ac_table *ac;
  const uint8_t *slots;
  int needed;        /* the place of the last coefficient that is */
  int16_t steps[64]; /* of the quantisation, in zigzag order */
  int last_dc;
} decoder;

/* One code and its value, as `*value`. @returns how many places further it lies, 64: the block ends here, -1: bad. */
static int take_coefficient(bit_reader *reader, const d_derived_tbl *codes, int *value) {
  const int run_and_size = symbol(reader, codes);
  const int run = run_and_size >> 4, size = run_and_size & 15;
  *value = 0;
  if (run_and_size == 0) return 64;
  if (run_and_size < 0 || size > 10 || (size == 0 && run != 15)) return -1;
  *value = take_value(reader, size);
  return run;
}

/* What is left of a block from place `k` on, of which no coefficient is needed. */
static inline bool skip_rest(bit_reader *reader, const ac_table *ac, int k) {
  while (k < 64) {
    refill(reader);
    const int looked = ac->steps[reader->buffer >> (64 - PEEK)];
    const int is_last = looked >> 15, places = looked >> 8 & 127;
    if (looked != 0 && k + places + is_last <= 64) {
      k += places;
      drop(reader, looked & 255);
      if (is_last) return true;
      continue;
    }
    int value;
    const int run = take_coefficient(reader, &ac->codes, &value);
    if (run == 64) return true;
    if (run < 0) return false;
    k += run + 1;
  }
  return k == 64;
}

/* The reader is kept here for the length of a block: where it comes from, it would be written to memory at every code. */
static bool decode_block(bit_reader *outer, decoder *own, int16_t *block) {
  bit_reader reader = *outer;
  const ac_table *ac = own->ac;
  refill(&reader);
  const int32_t dc = own->dc->values[reader.buffer >> (64 - PEEK)];
  if (dc != 0) {
    drop(&reader, dc & 255);
    own->last_dc += dc >> 16;
  } else {
    const int size = symbol(&reader, own->dc->codes);
    if (size < 0 || size > 11) return false;
    own->last_dc += take_value(&reader, size);
  }
  block[0] = (int16_t)(own->last_dc * own->steps[0]);
  int k = 1;
  for (; k <= own->needed; k++) {
    refill(&reader);
    const int32_t looked = ac->values[reader.buffer >> (64 - PEEK)];
    const int at = k + (looked >> 8 & 127), is_last = looked >> 15 & 1;
    if (looked != 0 && at + is_last <= 63) {
      drop(&reader, looked & 255);
      block[own->slots[at]] = (int16_t)((looked >> 16) * own->steps[at]);
      k = at;
      if (!is_last) continue;
      k = 64;
      break;
    }
    int value;
    const int run = take_coefficient(&reader, &ac->codes, &value);
    if (run < 0) return false;
    k += run;
    if (run == 64) break;
    if (k > 63) return false;
    block[own->slots[k]] = (int16_t)(value * own->steps[k]);
  }
  if (k < 64 && !skip_rest(&reader, ac, k)) return false;
  *outer = reader;
  return true;
}

/* The bytes of the scan without their stuffing, until the next marker. @returns the marker, or -1. */
static int unstuff(const uint8_t **from, const uint8_t *end, uint8_t **to) {
  const uint8_t *in = *from;
  uint8_t *out = *to;
  const v128_t ones = wasm_i8x16_const_splat(-1);
  for (;;) {
    while (end - in >= 16) {
      const v128_t bytes = wasm_v128_load(in);
      wasm_v128_store(out, bytes);
      const uint32_t found = wasm_i8x16_bitmask(wasm_i8x16_eq(bytes, ones));
      const int whole = found == 0 ? 16 : __builtin_ctz(found);
      in += whole;
      out += whole;
      if (whole < 16) break;
    }
    while (in < end && *in != 0xFF) *out++ = *in++;
    if (end - in < 2) return -1;
    if (in[1] != 0) break;
    *out++ = 0xFF;
    in += 2;
  }
  *from = in + 2;
  *to = out;
  return in[1];
}

typedef struct {
  plane *planes;
  decoder decoders[3];
  int blocks_across[3], blocks_down[3]; /* of each component in an MCU */
} scan;

static inline void clear(int16_t *block, int size) {
  for (int i = 0; i < (size <= 4 ? 16 : 64); i += 8) wasm_v128_store(block + i, wasm_i16x8_const_splat(0));
}

/* First all coefficients and then all samples: read at once after they were written one by one, they would be waited for. */
static bool decode_mcu(bit_reader *reader, scan *scan, int column, int row) {
  int16_t blocks[MCU_BLOCKS][MAX_BLOCK] __attribute__((aligned(16)));
  int at = 0;
  for (int c = 0; c < 3; c++) {
    const int count = scan->blocks_across[c] * scan->blocks_down[c];
    for (int i = 0; i < count; i++, at++) {
      clear(blocks[at], scan->planes[c].size);
      if (!decode_block(reader, &scan->decoders[c], blocks[at])) return false;
    }
  }
  at = 0;
  for (int c = 0; c < 3; c++) {
    const plane *plane = &scan->planes[c];
    const int size = plane->size, across = scan->blocks_across[c], down = scan->blocks_down[c];
    for (int y = row * down; y < (row + 1) * down; y++)
      for (int x = column * across; x < (column + 1) * across; x++, at++)
        idct(size, blocks[at], plane->samples + (size_t)y * size * plane->stride + x * size, plane->stride);
  }
  return true;
}

/* One after the other, as the scan's segments between restarts hold them. `clean` has room for all. */
static bool decode_segments(struct jpeg_decompress_struct *jpeg, scan *scan, uint8_t *clean) {
  const uint8_t *in = jpeg->src->next_input_byte, *end = in + jpeg->src->bytes_in_buffer;
  const int columns = scan->planes[1].across, rows = scan->planes[1].down, total = columns * rows;
  const int interval = jpeg->restart_interval > 0 ? (int)jpeg->restart_interval : total;
  for (int mcu = 0, restarts = 0; mcu < total; restarts++) {
    uint8_t *segment_end = clean;
    const int marker = unstuff(&in, end, &segment_end);
    memset(segment_end, 0, PADDING);
    bit_reader reader = {.next = clean};
    for (int c = 0; c < 3; c++) scan->decoders[c].last_dc = 0;
    const int until = total - mcu > interval ? mcu + interval : total;
    for (; mcu < until; mcu++) {
      if (!decode_mcu(&reader, scan, mcu % columns, mcu / columns)) return false;
      if (reader.next > segment_end + 8) return false;
    }
    const int left = (int)(segment_end - reader.next) * 8 + reader.bits;
    if (left < 0 || left > 7) return false;
    if (marker != (mcu == total ? JPEG_EOI : JPEG_RST0 + (restarts & 7))) return false;
  }
  return true;
}

static bool prepare_decoder(struct jpeg_decompress_struct *jpeg, const jpeg_component_info *component, int size,
                            decoder *own) {
  static ac_table tables[NUM_HUFF_TBLS];
  static dc_table dc_tables[NUM_HUFF_TBLS];
  const JQUANT_TBL *steps =
      component->quant_tbl_no < NUM_QUANT_TBLS ? jpeg->quant_tbl_ptrs[component->quant_tbl_no] : NULL;
  if (steps == NULL) return false;
  prepare_dc_table(jpeg, component->dc_tbl_no, &dc_tables[component->dc_tbl_no]);
  prepare_table(jpeg, component->ac_tbl_no, &tables[component->ac_tbl_no]);
  *own = (decoder){.dc = &dc_tables[component->dc_tbl_no], .ac = &tables[component->ac_tbl_no], .slots = coefficient_slots(size)};
  for (int k = 0; k < 64; k++) {
    own->steps[k] = (int16_t)steps->quantval[jpeg_natural_order[k]]; /* which lies in natural order, the scan in zigzag */
    if (own->slots[k] < 64) own->needed = k;
  }
  return true;
}

bool decode_scan(struct jpeg_decompress_struct *jpeg, plane planes[3]) {
  scan scan = {.planes = planes};
  for (int c = 0; c < 3; c++) {
    const jpeg_component_info *component = jpeg->comp_info + c;
    if (!prepare_decoder(jpeg, component, planes[c].size, &scan.decoders[c])) return false;
    scan.blocks_across[c] = component->h_samp_factor;
    scan.blocks_down[c] = component->v_samp_factor;
  }
  uint8_t *clean = malloc(jpeg->src->bytes_in_buffer + 16 + PADDING);
  const bool is_whole = clean != NULL && decode_segments(jpeg, &scan, clean);
  free(clean);
  return is_whole;
}

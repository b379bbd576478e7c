#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "native-decode.h"
#include "pixel.h"

#define MAGIC_BYTES 8

static uint32_t integer(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

typedef struct {
  int columns, rows;
  uint8_t *stream;
  size_t stream_bytes;
} png_parts;

/* Collects the stream of all IDAT chunks; false: a chunk is damaged, or the image is of another kind. */
static bool read_chunks(file png, png_parts *parts) {
  parts->stream = kept_buffer(COMPRESSED, png.length);
  parts->stream_bytes = 0;
  if (parts->stream == NULL) return false;
  for (size_t at = MAGIC_BYTES; at + 12 <= png.length;) {
    const size_t length = integer(png.bytes + at);
    const uint8_t *const type = png.bytes + at + 4, *const data = type + 4;
    if (length > png.length - at - 12) return false;
    if (libdeflate_crc32(0, type, length + 4) != integer(data + length)) return false;
    if (memcmp(type, "IHDR", 4) == 0) {
      if (length != 13 || memcmp(data + 8, "\x08\x02\x00\x00\x00", 5) != 0) return false;
      parts->columns = (int)integer(data);
      parts->rows = (int)integer(data + 4);
    } else if (memcmp(type, "IDAT", 4) == 0) {
      memcpy(parts->stream + parts->stream_bytes, data, length);
      parts->stream_bytes += length;
    } else if (memcmp(type, "IEND", 4) == 0) {
      return true;
    }
    at += length + 12;
  }
  return false;
}

static void undo_up(uint8_t *restrict row, const uint8_t *restrict above, int bytes) {
  for (int x = 0; x < bytes; x++) row[x] += above[x];
}

/* Halves are rounded down, in 16 bits a channel. */
static void undo_average(uint8_t *row, const uint8_t *above, int bytes) {
  pixel left = {0};
  for (int x = 0; x < bytes; x += PIXEL) {
    left = (load_pixel(row + x) + ((left + load_pixel(above + x)) >> 1)) & 255;
    store_pixel(row + x, left);
  }
}

static inline pixel magnitude(pixel value) {
  const pixel sign = value >> 15;
  return (value ^ sign) - sign;
}

static void undo_paeth(uint8_t *row, const uint8_t *above, int bytes) {
  pixel left = {0}, corner = {0};
  for (int x = 0; x < bytes; x += PIXEL) {
    const pixel up = load_pixel(above + x), from_left = up - corner, from_up = left - corner;
    const pixel to_left = magnitude(from_left), to_up = magnitude(from_up), to_corner = magnitude(from_left + from_up);
    const pixel is_up = to_up <= to_corner, is_left = (to_left <= to_up) & (to_left <= to_corner);
    const pixel other = (up & is_up) | (corner & ~is_up);
    left = (load_pixel(row + x) + ((left & is_left) | (other & ~is_left))) & 255;
    store_pixel(row + x, left);
    corner = up;
  }
}

static bool undo_filters(uint8_t *rows, int columns, int count) {
  const int bytes = PIXEL * columns;
  uint8_t *const nothing = calloc((size_t)bytes + 1, 1);
  const uint8_t *above = nothing;
  bool is_known = nothing != NULL;
  for (int y = 0; is_known && y < count; y++, rows += bytes + 1) {
    uint8_t *const row = rows + 1;
    switch (rows[0]) {
      case 0: break;
      case 1: undo_differences(row, bytes); break;
      case 2: undo_up(row, above, bytes); break;
      case 3: undo_average(row, above, bytes); break;
      case 4: undo_paeth(row, above, bytes); break;
      default: is_known = false;
    }
    above = row;
  }
  free(nothing);
  return is_known;
}

bool decode_png(file png, uint8_t *to) {
  static struct libdeflate_decompressor *decompressor;
  if (decompressor == NULL) decompressor = libdeflate_alloc_decompressor();
  png_parts parts = {0};
  if (!read_chunks(png, &parts) || parts.columns < SIDE || parts.rows < SIDE) return false;
  const size_t stride = PIXEL * (size_t)parts.columns + 1, bytes = stride * parts.rows;
  uint8_t *const rows = kept_buffer(PIXELS, bytes + 1);
  return rows != NULL &&
         libdeflate_zlib_decompress(decompressor, parts.stream, parts.stream_bytes, rows, bytes, NULL) == 0 &&
         undo_filters(rows, parts.columns, parts.rows) && resize(rows + 1, stride, parts.columns, parts.rows, to);
}

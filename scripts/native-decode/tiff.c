#include <libdeflate.h>
#include <string.h>
#include <tiffio.h>

#include "native-decode.h"
#include "pixel.h"

/* What libtiff reads: the file in memory, which it gets whole by "mapping" it. */
typedef struct {
  file file;
  toff_t at;
} cursor;

static tmsize_t read_bytes(thandle_t handle, void *to, tmsize_t bytes) {
  cursor *const cursor = handle;
  const tmsize_t left = cursor->at < cursor->file.length ? (tmsize_t)(cursor->file.length - cursor->at) : 0;
  const tmsize_t taken = bytes < left ? bytes : left;
  memcpy(to, cursor->file.bytes + cursor->at, taken);
  cursor->at += taken;
  return taken;
}

static tmsize_t write_bytes(thandle_t handle, void *from, tmsize_t bytes) {
  (void)handle, (void)from, (void)bytes;
  return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  cursor *const cursor = handle;
  const toff_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? cursor->at : cursor->file.length;
  return cursor->at = base + offset;
}

static int close_nothing(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t size_of(thandle_t handle) { return ((cursor *)handle)->file.length; }

static int map(thandle_t handle, void **base, toff_t *size) {
  *base = (void *)((cursor *)handle)->file.bytes;
  *size = ((cursor *)handle)->file.length;
  return 1;
}

static void unmap(thandle_t handle, void *base, toff_t size) { (void)handle, (void)base, (void)size; }

/* The strip by libdeflate, which libtiff 4.5 does not use for strips that it must undo a predictor of. */
static bool inflate_strip(TIFF *tiff, uint32_t strip, uint8_t *to, size_t bytes, size_t stride) {
  static struct libdeflate_decompressor *decompressor;
  if (decompressor == NULL) decompressor = libdeflate_alloc_decompressor();
  const size_t compressed = TIFFGetStrileByteCount(tiff, strip);
  uint8_t *const from = kept_buffer(COMPRESSED, compressed);
  if (from == NULL || TIFFReadRawStrip(tiff, strip, from, (tmsize_t)compressed) != (tmsize_t)compressed) return false;
  if (libdeflate_zlib_decompress(decompressor, from, compressed, to, bytes, NULL) != 0) return false;
  uint16_t predictor = 1;
  TIFFGetField(tiff, TIFFTAG_PREDICTOR, &predictor);
  if (predictor == 2)
    for (size_t at = 0; at < bytes; at += stride) undo_differences(to + at, (int)stride);
  return true;
}

static bool decode_strips(TIFF *tiff, uint8_t *to) {
  uint32_t columns = 0, rows = 0, rows_per_strip = 0;
  uint16_t compression = 0, samples = 0, bits = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &columns);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &rows);
  TIFFGetField(tiff, TIFFTAG_ROWSPERSTRIP, &rows_per_strip);
  TIFFGetField(tiff, TIFFTAG_COMPRESSION, &compression);
  TIFFGetField(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetField(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  if (TIFFIsTiled(tiff) || samples != PIXEL || bits != 8 || columns < SIDE || rows < SIDE) return false;
  if (rows_per_strip > rows) rows_per_strip = rows;
  const size_t stride = PIXEL * (size_t)columns;
  uint8_t *const pixels = kept_buffer(PIXELS, stride * rows + 1);
  for (uint32_t first = 0, strip = 0; pixels != NULL && first < rows; first += rows_per_strip, strip++) {
    const uint32_t left = rows - first;
    const size_t bytes = stride * (left < rows_per_strip ? left : rows_per_strip);
    uint8_t *const at = pixels + stride * first;
    const bool is_done = compression == COMPRESSION_ADOBE_DEFLATE
                             ? inflate_strip(tiff, strip, at, bytes, stride)
                             : TIFFReadEncodedStrip(tiff, strip, at, (tmsize_t)bytes) == (tmsize_t)bytes;
    if (!is_done) return false;
  }
  return pixels != NULL && resize(pixels, stride, (int)columns, (int)rows, to);
}

bool decode_tiff(file bytes, uint8_t *to) {
  cursor cursor = {bytes, 0};
  TIFF *const tiff =
      TIFFClientOpen("memory", "r", &cursor, read_bytes, write_bytes, seek, close_nothing, size_of, map, unmap);
  if (tiff == NULL) return false;
  const bool is_done = decode_strips(tiff, to);
  TIFFClose(tiff);
  return is_done;
}

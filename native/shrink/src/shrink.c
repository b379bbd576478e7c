/* What JavaScript calls. An image that is not ordinary is refused, and one that libjpeg-turbo complains about ends in `fail`. */
#include <stdlib.h>
#include <string.h>

#include "shrink.h"

/* Of all planes of an image together. It bounds what memory is taken; only strips of a pixel's height come near. */
#define MOST_PLANE_BYTES (24 << 20)
/* Colour is seen less sharply, and half of its resolution is gone in most files: there, a little enlarging is allowed. */
#define LEAST_CHROMA 192
/* Of a file, or of raw pixels. What is larger is rare, and memory of WebAssembly is never given back. */
#define MOST_INPUT_BYTES (32 << 20)
/* Past the end of what is given, so that whole vectors can be read. */
#define OVERREAD 64

/* A match of 258 bytes and a vector that was begun within the image, beyond its end. */
#define LONGEST_OVERWRITE 512

#define EXPORT(name) __attribute__((export_name(#name)))
/* Throws in JavaScript; what was allocated is lost, so that the instance must not be used again. */
__attribute__((import_module("env"), import_name("fail"), noreturn)) void fail(int code);

static uint8_t *input, pixels[3 * PLANE_BYTES];
static size_t input_bytes;
static int width, height;

/* The last image's rows at full size, where JavaScript asked for them. */
static bool is_keeping;
static uint8_t *kept;
static const uint8_t *kept_rows;
static size_t kept_stride;

EXPORT(prepare) void prepare(void) {
  prepare_idct();
  prepare_inflate();
}
EXPORT(pixels) uint8_t *pixels_at(void) { return pixels; }
EXPORT(width) int image_width(void) { return width; }
EXPORT(height) int image_height(void) { return height; }

/* Whether rows stay after an image is unpacked, until this is called again. */
EXPORT(keep_rows) void keep_rows(int keep) {
  is_keeping = keep;
  free(kept);
  kept = NULL;
  kept_rows = NULL;
}

/* RGB; 0: none were kept. */
EXPORT(rows) const uint8_t *rows_at(void) { return kept_rows; }
EXPORT(stride) size_t stride_of_rows(void) { return kept_stride; }

static void keep_or_free(uint8_t *raw, bool is_done, const uint8_t *rows, size_t stride) {
  if (!is_keeping || !is_done) {
    free(raw);
    return;
  }
  free(kept);
  kept = raw;
  kept_rows = rows;
  kept_stride = stride;
}

/* @returns where to put `bytes` of input, 0: there is no room for them. */
EXPORT(reserve) uint8_t *reserve(size_t bytes) {
  if (bytes <= input_bytes) return input;
  if (bytes > MOST_INPUT_BYTES) return NULL;
  free(input);
  input = malloc(bytes + OVERREAD);
  input_bytes = input == NULL ? 0 : bytes;
  return input;
}

static void on_error(j_common_ptr jpeg) { fail(jpeg->err->msg_code); }
static void on_message(j_common_ptr jpeg, int level) {
  if (level < 0) fail(jpeg->err->msg_code);
}
static void be_silent(j_common_ptr jpeg) { (void)jpeg; }

static int scaled(int side, int size) { return (side * size + 7) / 8; }

static int smallest_size(int width, int height, int least) {
  int size = 1;
  while (size < 8 && (scaled(width, size) < least || scaled(height, size) < least)) size++;
  return size;
}

/* Sizes, but no memory. @returns how many bytes the samples take. */
static size_t lay_out(const struct jpeg_decompress_struct *jpeg, plane planes[3]) {
  const int most_across = jpeg->comp_info[0].h_samp_factor, most_down = jpeg->comp_info[0].v_samp_factor;
  size_t bytes = 0;
  for (int c = 0; c < 3; c++) {
    const int across = jpeg->comp_info[c].h_samp_factor, down = jpeg->comp_info[c].v_samp_factor;
    const double width = (double)jpeg->image_width * across / most_across;
    const double height = (double)jpeg->image_height * down / most_down;
    const bool is_halved = across < most_across || down < most_down;
    plane *plane = &planes[c];
    plane->size = smallest_size((int)width, (int)height, is_halved ? LEAST_CHROMA : SIDE);
    plane->width = width * plane->size / 8;
    plane->height = height * plane->size / 8;
    plane->across = ((int)jpeg->image_width + 8 * most_across - 1) / (8 * most_across) * across;
    plane->down = ((int)jpeg->image_height + 8 * most_down - 1) / (8 * most_down) * down;
    plane->stride = plane->across * plane->size + 16;
    bytes += (size_t)plane->stride * plane->down * plane->size + OVERREAD;
  }
  return bytes;
}

static int whole(double samples) { return (int)samples + (samples > (int)samples); }

static bool resize_plane(const plane *plane, uint8_t *to) {
  const int columns = whole(plane->width), stride = (columns + 15) & ~15;
  uint8_t *narrowed = malloc((size_t)stride * SIDE);
  const bool is_done =
      narrowed != NULL &&
      resize_rows(plane->samples, plane->stride, whole(plane->height), plane->height, columns, narrowed, stride) &&
      resize_columns(narrowed, stride, columns, plane->width, to);
  free(narrowed);
  return is_done;
}

static bool decode(struct jpeg_decompress_struct *jpeg) {
  static uint8_t resized[3][PLANE_BYTES];
  plane planes[3];
  const size_t bytes = lay_out(jpeg, planes);
  uint8_t *samples = bytes > MOST_PLANE_BYTES ? NULL : malloc(bytes);
  if (samples == NULL) return false;
  uint8_t *next = samples;
  for (int c = 0; c < 3; c++) {
    planes[c].samples = next;
    next += (size_t)planes[c].stride * planes[c].down * planes[c].size + OVERREAD;
  }
  bool is_done = decode_scan(jpeg, planes);
  for (int c = 0; is_done && c < 3; c++) is_done = resize_plane(&planes[c], resized[c]);
  free(samples);
  if (is_done) ycc_to_rgb(resized[0], resized[1], resized[2], pixels);
  return is_done;
}

/*
 * The JPEG in what was reserved, to `pixels`.
 * @returns 1, or 0: it is not ordinary, or has more than `most_pixels`, or is not whole. `pixels` is undefined then.
 */
EXPORT(shrink) int shrink(size_t bytes, double most_pixels) {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = on_error;
  errors.emit_message = on_message;
  errors.output_message = be_silent;
  jpeg_create_decompress(&jpeg);
  prepare_header(&jpeg);
  jpeg_mem_src(&jpeg, input, bytes);
  jpeg_read_header(&jpeg, TRUE);
  width = (int)jpeg.image_width;
  height = (int)jpeg.image_height;
  const bool is_ours = width >= SIDE && height >= SIDE && (double)width * height <= most_pixels && is_ordinary(&jpeg);
  const bool is_done = is_ours && decode(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  return is_done;
}

/* RGB at `from` to `pixels`. */
static bool resize_rgb(const uint8_t *from, int stride, int columns, int rows) {
  static uint8_t planes[3][PLANE_BYTES];
  const int row_bytes = (3 * columns + 15) & ~15, plane_stride = (columns + 15) & ~15;
  uint8_t *narrowed = malloc((size_t)row_bytes * SIDE + OVERREAD);
  uint8_t *split = malloc((size_t)plane_stride * SIDE * 3);
  bool is_done =
      narrowed != NULL && split != NULL && resize_rows(from, stride, rows, rows, 3 * columns, narrowed, row_bytes);
  for (int y = 0; is_done && y < SIDE; y++) {
    uint8_t *const to[3] = {split + (size_t)y * plane_stride, split + (size_t)(SIDE + y) * plane_stride,
                            split + (size_t)(2 * SIDE + y) * plane_stride};
    split_row(narrowed + (size_t)y * row_bytes, columns, to);
  }
  for (int c = 0; is_done && c < 3; c++)
    is_done = resize_columns(split + (size_t)c * SIDE * plane_stride, plane_stride, columns, columns, planes[c]);
  free(narrowed);
  free(split);
  if (is_done) join_planes(planes[0], planes[1], planes[2], pixels);
  return is_done;
}

/* RGB in what was reserved, row after row, to `pixels`. @returns 1, or 0: there is no room. */
EXPORT(resize) int resize(int columns, int rows) { return resize_rgb(input, 3 * columns, columns, rows); }

/*
 * The zlib stream of a PNG in what was reserved, of 8 bits of RGB and not interlaced, to `pixels`.
 * @returns 1, or 0: it is not whole, or there is no room. `pixels` is undefined then.
 */
EXPORT(unpack) int unpack(size_t bytes, int columns, int rows) {
  const size_t stride = 3 * (size_t)columns + 1, expected = stride * rows;
  uint8_t *raw = expected > MOST_INPUT_BYTES ? NULL : malloc(expected + LONGEST_OVERWRITE);
  const bool is_done = raw != NULL && inflate_exactly(input, bytes, raw, expected) &&
                       undo_filters(raw, columns, rows) && resize_rgb(raw + 1, (int)stride, columns, rows);
  keep_or_free(raw, is_done, raw + 1, stride);
  return is_done;
}

#define UNCOMPRESSED 1
#define LZW 5
#define DEFLATE 8

static bool unpack_strip(int compression, const uint8_t *from, size_t bytes, uint8_t *to, size_t expected) {
  switch (compression) {
    case UNCOMPRESSED:
      if (bytes != expected) return false;
      memcpy(to, from, bytes);
      return true;
    case LZW: return unpack_lzw(from, bytes, to, expected);
    case DEFLATE: return inflate_exactly(from, bytes, to, expected);
    default: return false;
  }
}

/*
 * The strips of a TIFF of 8 bits of RGB, to `pixels`. In what was reserved: how many bytes each has, as 32 bits; then the strips.
 * @returns as above
 */
EXPORT(unpack_strips)
int unpack_strips(int rows_per_strip, int columns, int rows, int compression, int has_differences) {
  const int count = (rows + rows_per_strip - 1) / rows_per_strip;
  const uint32_t *const sizes = (const uint32_t *)input;
  const size_t stride = 3 * (size_t)columns, expected = stride * rows;
  const uint8_t *from = input + count * sizeof *sizes;
  uint8_t *raw = expected > MOST_INPUT_BYTES ? NULL : malloc(expected + LONGEST_OVERWRITE);
  bool is_done = raw != NULL;
  for (int strip = 0; is_done && strip < count; from += sizes[strip++]) {
    const int first = strip * rows_per_strip, left = rows - first;
    const size_t bytes = stride * (left < rows_per_strip ? left : rows_per_strip);
    is_done = unpack_strip(compression, from, sizes[strip], raw + first * stride, bytes);
  }
  if (is_done && has_differences) undo_differences(raw, columns, rows);
  is_done = is_done && resize_rgb(raw, (int)stride, columns, rows);
  keep_or_free(raw, is_done, raw, stride);
  return is_done;
}

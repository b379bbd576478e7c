#include <string.h>

#include "shrink.h"

#define EXIF_MARKER (JPEG_APP0 + 1)
#define ICC_MARKER (JPEG_APP0 + 2)
#define ORIENTATION 0x0112
#define TYPE_SHORT 3

void prepare_header(struct jpeg_decompress_struct *jpeg) {
  jpeg_save_markers(jpeg, EXIF_MARKER, 0xFFFF);
  jpeg_save_markers(jpeg, ICC_MARKER, 16);
}

static unsigned integer(const uint8_t *at, int bytes, bool is_little) {
  unsigned value = 0;
  for (int i = 0; i < bytes; i++) value = value << 8 | at[is_little ? bytes - 1 - i : i];
  return value;
}

/* Upright beyond doubt: the first directory is whole, and either says so or says nothing. */
static bool is_upright(const uint8_t *exif, unsigned length) {
  if (length < 8) return false;
  const bool is_little = exif[0] == 'I';
  if (memcmp(exif, is_little ? "II*\0" : "MM\0*", 4) != 0) return false;
  const unsigned directory = integer(exif + 4, 4, is_little);
  if (directory > length - 2) return false;
  const unsigned entries = integer(exif + directory, 2, is_little);
  if (entries > (length - directory - 2) / 12) return false;
  for (unsigned i = 0; i < entries; i++) {
    const uint8_t *entry = exif + directory + 2 + 12 * i;
    if (integer(entry, 2, is_little) != ORIENTATION) continue;
    if (integer(entry + 2, 2, is_little) != TYPE_SHORT || integer(entry + 8, 2, is_little) != 1) return false;
  }
  return true;
}

static bool has_ordinary_markers(const struct jpeg_decompress_struct *jpeg) {
  int exifs = 0;
  for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker != NULL; marker = marker->next) {
    const uint8_t *data = marker->data;
    const unsigned length = marker->data_length;
    if (marker->marker == ICC_MARKER && length >= 4 && memcmp(data, "ICC_", 4) == 0) return false;
    if (marker->marker != EXIF_MARKER || length < 4 || memcmp(data, "Exif", 4) != 0) continue;
    if (++exifs > 1 || length < 6 || !is_upright(data + 6, length - 6)) return false;
  }
  return true;
}

/* 4:4:4, 4:2:2, 4:4:0 or 4:2:0. */
static bool has_ordinary_sampling(const struct jpeg_decompress_struct *jpeg) {
  const jpeg_component_info *luma = jpeg->comp_info, *chroma = luma + 1;
  return luma->h_samp_factor <= 2 && luma->v_samp_factor <= 2 && chroma[0].h_samp_factor == 1 &&
         chroma[0].v_samp_factor == 1 && chroma[1].h_samp_factor == 1 && chroma[1].v_samp_factor == 1;
}

bool is_ordinary(const struct jpeg_decompress_struct *jpeg) {
  if (jpeg->data_precision != 8 || jpeg->progressive_mode || jpeg->arith_code) return false;
  if (jpeg->num_components != 3 || jpeg->jpeg_color_space != JCS_YCbCr || !has_ordinary_sampling(jpeg)) return false;
  if (jpeg->saw_Adobe_marker && jpeg->Adobe_transform != 1) return false;
  if (jpeg->comps_in_scan != 3 || jpeg->Ss != 0 || jpeg->Se != 63 || jpeg->Ah != 0 || jpeg->Al != 0) return false;
  for (int i = 0; i < 3; i++)
    if (jpeg->cur_comp_info[i] != jpeg->comp_info + i) return false;
  return has_ordinary_markers(jpeg);
}

/*
 * Decodes PNG and TIFF files to 256×256 RGB with native libraries, as a measure for native/shrink:
 * libdeflate inflates, libtiff undoes LZW, the rest is here. scripts/decode-ratio.ts builds and runs it;
 * here: cc -O3 -march=native -o native-decode main.c png.c tiff.c resize.c buffers.c -ldeflate -ltiff -lm
 * (Debian: libdeflate-dev, libtiff-dev.) It reads lines "TIMES FILE" and answers each with the processor
 * time of one decode in nanoseconds, or "failed"; with TIMES 0 it writes the pixels, 196,608 bytes,
 * instead.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "native-decode.h"

#define PIXEL_BYTES (PIXEL * SIDE * SIDE)

static file read_file(const char *path) {
  FILE *const stream = fopen(path, "rb");
  file read = {NULL, 0};
  if (stream == NULL) return read;
  fseek(stream, 0, SEEK_END);
  const long length = ftell(stream);
  rewind(stream);
  uint8_t *const bytes = malloc(length);
  if (bytes != NULL && fread(bytes, 1, length, stream) == (size_t)length) read = (file){bytes, length};
  fclose(stream);
  return read;
}

static bool decode(file file, uint8_t *to) {
  if (file.length < 8) return false;
  return memcmp(file.bytes, "\x89PNG", 4) == 0 ? decode_png(file, to) : decode_tiff(file, to);
}

static int64_t processor_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

int main(void) {
  static uint8_t pixels[PIXEL_BYTES];
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, stdin) > 0) {
    char *path;
    const long times = strtol(line, &path, 10);
    path += strspn(path, " ");
    path[strcspn(path, "\n")] = 0;
    const file file = read_file(path);
    bool is_done = file.bytes != NULL;
    const int64_t start_ns = processor_ns();
    for (long i = 0; is_done && i < (times > 0 ? times : 1); i++) is_done = decode(file, pixels);
    const int64_t spent_ns = processor_ns() - start_ns;
    free((void *)file.bytes);
    if (!is_done) puts("failed");
    else if (times > 0) printf("%lld\n", (long long)(spent_ns / times));
    else fwrite(pixels, 1, sizeof pixels, stdout);
    fflush(stdout);
  }
  free(line);
  return 0;
}

#include <stdlib.h>

#include "native-decode.h"

uint8_t *kept_buffer(int which, size_t bytes) {
  static struct {
    uint8_t *at;
    size_t bytes;
  } kept[3];
  if (kept[which].bytes < bytes) {
    free(kept[which].at);
    kept[which].at = malloc(bytes);
    kept[which].bytes = kept[which].at == NULL ? 0 : bytes;
  }
  return kept[which].at;
}

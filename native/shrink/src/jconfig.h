/* What libjpeg-turbo's own build would find out: jconfig.h of 2.1.5 for WebAssembly, of 32 bits and without its assembler. */
#define JPEG_LIB_VERSION 62
#define LIBJPEG_TURBO_VERSION 2.1.5
#define LIBJPEG_TURBO_VERSION_NUMBER 2001005
#define MEM_SRCDST_SUPPORTED 1
#define BITS_IN_JSAMPLE 8

/* What libjpeg-turbo's own build would find out: jconfigint.h of 2.1.5 for WebAssembly, of 32 bits and without its assembler. */
#define BUILD "smearwatch"
#define INLINE __inline__ __attribute__((always_inline))
#define THREAD_LOCAL
#define PACKAGE_NAME "libjpeg-turbo"
#define VERSION "2.1.5"
#define SIZEOF_SIZE_T 4
#define HAVE_BUILTIN_CTZL 1
#define FALLTHROUGH __attribute__((fallthrough));

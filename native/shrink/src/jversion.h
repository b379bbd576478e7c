/* What libjpeg-turbo's own build makes of jversion.h.in. Only messages that nobody sees use it. */
#define JVERSION "6b  27-Mar-1998"
#define JCOPYRIGHT "libjpeg-turbo 2.1.5"
#define JCOPYRIGHT_SHORT JCOPYRIGHT

/* The headers of the Linux C library this project calls: the input of jextract for io.vfiouser.ffi.posix. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
/*
 * With the GNU extensions on, glibc declares socket addresses as transparent unions, which jextract cannot express; without
 * them they are plain pointers. accept4 is an extension, so it is declared here.
 */
#include <sys/types.h>
#undef __USE_GNU
#include <sys/socket.h>
#define __USE_GNU 1
int accept4(int fd, struct sockaddr *address, socklen_t *addressLength, int flags);
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

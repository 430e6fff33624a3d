#!/bin/sh
cat <<'END'
Targets
  native      libvfio-user.so and libvfio-user.properties in OUT (the default)
  samples     libvfio-user's own sample programs in OUT/samples
  capbytes    OUT/capbytes, which prints the bytes of PCI capabilities, and OUT/capbytes.txt
  yardstick   OUT/nvme-yardstick, the NVMe controller in C that Java is measured against
  all         all of them
  deps        checks the build's needs; as root installs what is missing
  source      obtains the source and prints its folder
  clean       removes target/ (not an OUT elsewhere, not the download)
  distclean   clean, and forgets the download

Variables
  OUT=dir               where the results go (target/default); relative to native/
  LIBVFIO_USER_SRC=dir  a libvfio-user tree instead of Debian's source package qemu; relative to native/
  ASSERTIONS=on|off     the library's assertions (README.md says what they do)
  EXTRA_CFLAGS=flags    added after the others
  V=1                   shows the commands
  CC=gcc PKG_CONFIG=pkg-config
  VFU_NO_INSTALL=1      root too is only told what is missing
  XDG_CACHE_HOME=dir    the download is kept in dir/vfio-user-java (~/.cache)
END

#!/bin/sh
# Runs a command in a world of its own whose only serial ports are the ones given, as boards on USB:
#   unshare --mount sh plugged-in.sh FOLDER VENDOR PRODUCT PORT… -- COMMAND…
# FOLDER is empty, and holds what stands in for sysfs. PORTs are pseudo-terminals, which become /dev/ttyACM0 and so on.
set -eu
folder=$1 vendor=$2 product=$3
shift 3
mkdir -p "$folder/pts" "$folder/class"
mount --make-rprivate /
mount --bind /dev/pts "$folder/pts"
mount -t tmpfs none /dev
mkdir /dev/pts
mount --move "$folder/pts" /dev/pts
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/urandom c 1 9
ln -s pts/ptmx /dev/ptmx
ln -s /proc/self/fd /dev/fd
n=0
while [ "$1" != -- ]; do
  usb=$folder/devices/usb1/1-$n
  mkdir -p "$usb/1-$n:1.0" "$folder/class/ttyACM$n"
  echo "$vendor" >"$usb/idVendor"
  echo "$product" >"$usb/idProduct"
  ln -s "$usb/1-$n:1.0" "$folder/class/ttyACM$n/device"
  ln -s "$1" "/dev/ttyACM$n"
  n=$((n + 1))
  shift
done
shift
mount --bind "$folder/class" /sys/class/tty
exec "$@"

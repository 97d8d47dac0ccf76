// A BENCHLAB board model on a pseudo-terminal, as cheap as can be, so that a benchmark sees the reader and not the
// board. Prints the port's path, serves until TERM or the time limit. Usage: board [latency_us] [seconds]
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { frame_bytes = 216, rails = 11 };
static const int16_t nominal_mv[rails] = {12000, 12000, 3310, 5020, 5050, 12000, 11990, 12030, 12010, 12020, 12040};

static void put(uint8_t *at, int32_t value, int bytes) {
  for (int i = 0; i < bytes; i++) at[i] = (uint8_t)((uint32_t)value >> (8 * i));
}

static void make_frame(uint8_t *frame, unsigned number) {
  memset(frame, 0, frame_bytes);
  for (int n = 0; n < 13; n++) put(frame + 2 * n, 1000 + 37 * n, 2);
  put(frame + 26, 3300, 2);
  put(frame + 28, 2500, 2);
  put(frame + 30, 41, 2);
  for (int n = 0; n < 4; n++) put(frame + 32 + 2 * n, 310 + n, 2);
  put(frame + 40, 235, 2);
  put(frame + 42, 412, 2);
  for (int rail = 0; rail < rails; rail++) {
    int32_t mv = nominal_mv[rail] + (int32_t)((number * 7 + rail * 13) % 80) - 40;
    int32_t ma = rail == 8 ? -12 : (int32_t)((number * (101 + 17 * rail) + 997 * rail) % 31000);
    put(frame + 48 + 12 * rail, mv, 2);
    put(frame + 52 + 12 * rail, ma, 4);
    put(frame + 56 + 12 * rail, mv * ma / 1000, 4);
  }
}

static int answer(int fd, const void *bytes, size_t count) { return write(fd, bytes, count) == (ssize_t)count; }

int main(int argc, char **argv) {
  long latency_us = argc > 1 ? atol(argv[1]) : 0;
  alarm(argc > 2 ? (unsigned)atol(argv[2]) : 600);
#ifdef __linux__
  prctl(PR_SET_TIMERSLACK, 1);
#endif
  enum { pool = 1024 };
  static uint8_t frames[pool][frame_bytes];
  for (unsigned n = 0; n < pool; n++) make_frame(frames[n], n);

  int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) || unlockpt(master)) return perror("pseudo-terminal"), 1;
  int slave = open(ptsname(master), O_RDWR | O_NOCTTY); // kept, or the master fails between two readers
  struct termios raw;
  if (slave < 0 || tcgetattr(slave, &raw)) return perror("pseudo-terminal"), 1;
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  printf("%s\n", ptsname(master));
  fflush(stdout);

  const struct timespec latency = {latency_us / 1000000, latency_us % 1000000 * 1000};
  static const uint8_t vendor[3] = {0xee, 0x10, 7}, uid[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  static const char name[32] = "bench";
  uint8_t asked[64];
  for (unsigned next = 0;;) {
    ssize_t count = read(master, asked, sizeof asked);
    if (count <= 0) return perror("read"), 1;
    for (ssize_t i = 0; i < count; i++) {
      if (latency_us) clock_nanosleep(CLOCK_MONOTONIC, 0, &latency, NULL);
      int good = 1;
      switch (asked[i]) {
        case 0x00: good = answer(master, "BENCHLAB", 9); break;
        case 0x01: good = answer(master, frames[next++ % pool], frame_bytes); break;
        case 0x03: good = answer(master, name, sizeof name); break;
        case 0x0d: good = answer(master, uid, sizeof uid); break;
        case 0x0e: good = answer(master, vendor, sizeof vendor); break;
      }
      if (!good) return perror("write"), 1;
    }
  }
}

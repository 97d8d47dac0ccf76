// A BENCHLAB board model on a pseudo-terminal, as cheap as can be, so that a benchmark sees the reader and not the
// board. Prints the port's path, serves the file's frames again and again until TERM or the time limit.
// Usage: board LATENCY_US SECONDS FRAMES_FILE
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { frame_bytes = 216, most_frames = 1 << 16 };

static int answer(int fd, const void *bytes, size_t count) { return write(fd, bytes, count) == (ssize_t)count; }

int main(int argc, char **argv) {
  if (argc != 4) return fputs("usage: board LATENCY_US SECONDS FRAMES_FILE\n", stderr), 2;
  long latency_us = atol(argv[1]);
  alarm((unsigned)atol(argv[2]));
#ifdef __linux__
  prctl(PR_SET_TIMERSLACK, 1);
#endif
  static uint8_t frames[most_frames][frame_bytes];
  FILE *file = fopen(argv[3], "rb");
  size_t count = file ? fread(frames, frame_bytes, most_frames, file) : 0;
  if (count == 0) return perror(argv[3]), 1;

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
    ssize_t got = read(master, asked, sizeof asked);
    if (got <= 0) return perror("read"), 1;
    for (ssize_t i = 0; i < got; i++) {
      if (latency_us) clock_nanosleep(CLOCK_MONOTONIC, 0, &latency, NULL);
      int good = 1;
      switch (asked[i]) {
        case 0x00: good = answer(master, "BENCHLAB", 9); break;
        case 0x01: good = answer(master, frames[next++ % count], frame_bytes); break;
        case 0x03: good = answer(master, name, sizeof name); break;
        case 0x0d: good = answer(master, uid, sizeof uid); break;
        case 0x0e: good = answer(master, vendor, sizeof vendor); break;
      }
      if (!good) return perror("write"), 1;
    }
  }
}

// A board model on a pseudo-terminal, as cheap as can be, so that a benchmark sees the reader and not the board. Prints
// the port's path, serves the file's frames again and again until TERM or the time limit. It sends as a full-speed USB
// device is read: in bursts of 128 bytes, which is what Linux takes in one transfer.
// Usage: board PRODUCT LATENCY_US SECONDS FRAMES_FILE, PRODUCT being benchlab (firmware 6) or benchlab2 (firmware 7)
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

enum { burst_bytes = 128, burst_apart_us = 80, most_frame_bytes = 384, most_frames = 1 << 16 };

static const struct product {
  const char *name;
  uint8_t vendor[3];
  size_t frame_bytes, calibration_bytes;
} products[] = {
    {"benchlab", {0xee, 0x10, 6}, 216, 178},
    {"benchlab2", {0xee, 0x11, 7}, 384, 294},
};

static void wait_us(long us) {
  const struct timespec t = {us / 1000000, us % 1000000 * 1000};
  if (us > 0) clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

static int answer(int fd, const uint8_t *bytes, size_t count) {
  for (size_t sent = 0; sent < count;) {
    size_t burst = count - sent < burst_bytes ? count - sent : burst_bytes;
    if (sent > 0) wait_us(burst_apart_us);
    if (write(fd, bytes + sent, burst) != (ssize_t)burst) return 0;
    sent += burst;
  }
  return 1;
}

int main(int argc, char **argv) {
  const struct product *product = NULL;
  for (size_t i = 0; argc == 5 && i < sizeof products / sizeof *products; i++)
    if (!strcmp(argv[1], products[i].name)) product = &products[i];
  if (!product) return fputs("usage: board benchlab|benchlab2 LATENCY_US SECONDS FRAMES_FILE\n", stderr), 2;
  long latency_us = atol(argv[2]);
  alarm((unsigned)atol(argv[3]));
#ifdef __linux__
  prctl(PR_SET_TIMERSLACK, 1);
#endif
  static uint8_t frames[(size_t)most_frames * most_frame_bytes];
  const size_t frame_bytes = product->frame_bytes;
  FILE *file = fopen(argv[4], "rb");
  size_t count = file ? fread(frames, frame_bytes, most_frames, file) : 0;
  if (count == 0) return perror(argv[4]), 1;

  int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) || unlockpt(master)) return perror("pseudo-terminal"), 1;
  int slave = open(ptsname(master), O_RDWR | O_NOCTTY); // kept, or the master fails between two readers
  struct termios raw;
  if (slave < 0 || tcgetattr(slave, &raw)) return perror("pseudo-terminal"), 1;
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  printf("%s\n", ptsname(master));
  fflush(stdout);

  static const uint8_t uid[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  static const uint8_t welcome[32] = "BENCHLAB", name[32] = "bench";
  // CRC, then no offset and no gain anywhere, and thermistors of B 3950.
  static uint8_t calibration[294];
  uint8_t asked[64];
  for (unsigned next = 0;;) {
    ssize_t got = read(master, asked, sizeof asked);
    if (got <= 0) return perror("read"), 1;
    for (ssize_t i = 0; i < got; i++) {
      wait_us(latency_us);
      int good = 1;
      switch (asked[i]) {
        case 0x00: good = answer(master, welcome, sizeof welcome); break;
        case 0x01: good = answer(master, frames + next++ % count * frame_bytes, frame_bytes); break;
        case 0x03: good = answer(master, name, sizeof name); break;
        case 0x09: good = answer(master, calibration, product->calibration_bytes); break;
        case 0x0d: good = answer(master, uid, sizeof uid); break;
        case 0x0e: good = answer(master, product->vendor, sizeof product->vendor); break;
      }
      if (!good) return perror("write"), 1;
    }
  }
}

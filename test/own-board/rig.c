// The sketch of docs/own-board on a pseudo-terminal, without its sensors: it sends what frame.h makes, 500 times a second while it is
// told to talk. Frame n carries its number: a bus voltage of 9000 + n % 1000 steps, currents of n % 30000 steps. Prints the port's
// path; at TERM how many frames it sent and how many bytes it did not expect, as JSON.
// Usage: rig [--lose N]   every Nth frame goes without its fifth byte
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../../docs/own-board/frame.h"

static volatile sig_atomic_t ended;
static void end(int signal) { (void)signal, ended = 1; }

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

int main(int argc, char **argv) {
  const int lose = argc == 3 && strcmp(argv[1], "--lose") == 0 ? atoi(argv[2]) : 0;
  signal(SIGTERM, end);
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) || unlockpt(master)) return 1;
  // Held open, so that the master does not hang up between two clients.
  const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  struct termios raw;
  tcgetattr(slave, &raw);
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  printf("%s\n", ptsname(master));
  fflush(stdout);
  int talks = 0;
  long sent = 0, unexpected = 0;
  int64_t next_us = 0;
  while (!ended) {
    struct pollfd asked = {master, POLLIN, 0};
    uint8_t byte;
    if (poll(&asked, 1, talks ? 1 : 10) > 0 && read(master, &byte, 1) == 1) {
      if (byte == 'S') talks = 1, next_us = now_us();
      else if (byte == 'T') talks = 0;
      else if (byte != 0) unexpected++;
    }
    while (talks && now_us() >= next_us) {
      const uint16_t bus[2] = {9000 + sent % 1000, 4000};
      const int16_t current[2] = {sent % 30000, 1000};
      uint8_t frame[FRAME_BYTES];
      // Its clock begins shortly before it begins again.
      write_frame(frame, (uint32_t)(0xffe00000u + next_us), bus, current);
      if (lose && sent % lose == lose - 1) {
        if (write(master, frame, 4) < 0 || write(master, frame + 5, FRAME_BYTES - 5) < 0) break;
      } else if (write(master, frame, FRAME_BYTES) < 0) break;
      sent++;
      next_us += 2000;
    }
  }
  printf("{\"sent\": %ld, \"unexpected\": %ld}\n", sent, unexpected);
  return 0;
}

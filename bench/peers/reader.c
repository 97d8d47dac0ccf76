// The reader that nothing beats: one request, and a blocking read for each burst of the reply. VMIN is 1: with as much as a
// frame, Linux would hand a reply over in pieces of 64 bytes, twice as many reads.
// Usage: reader FRAME_BYTES PORT SECONDS [RATE_HZ] [FRAMES_FILE] [UNDER_WAY]
// UNDER_WAY requests, 1 unless given, are out at any time; FRAMES_FILE may be empty.
// Prints JSON: samples, seconds, and the spacing of the samples' instants (middle of request and reply) in µs.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { most_frame_bytes = 384, most = 4000000 };
static int frame_bytes;

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int read_frame(int fd, uint8_t *frame) {
  for (int got = 0; got < frame_bytes;) {
    ssize_t n = read(fd, frame + got, (size_t)(frame_bytes - got));
    if (n <= 0) return 0;
    got += (int)n;
  }
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 4) return fputs("usage: reader FRAME_BYTES PORT SECONDS [RATE_HZ] [FRAMES_FILE] [UNDER_WAY]\n", stderr), 2;
  frame_bytes = atoi(argv[1]);
  if (frame_bytes < 1 || frame_bytes > most_frame_bytes) return fputs("FRAME_BYTES: 1 to 384\n", stderr), 2;
  argv++, argc--;
  double seconds = atof(argv[2]), rate = argc > 3 ? atof(argv[3]) : 0;
  FILE *out = argc > 4 && *argv[4] ? fopen(argv[4], "wb") : NULL;
  int under_way = argc > 5 ? atoi(argv[5]) : 1;
  int fd = open(argv[1], O_RDWR | O_NOCTTY);
  struct termios raw;
  if (fd < 0 || tcgetattr(fd, &raw)) return perror(argv[1]), 1;
  cfmakeraw(&raw);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  tcsetattr(fd, TCSANOW, &raw);
  tcflush(fd, TCIOFLUSH);
  alarm((unsigned)seconds + 10);

  double *at = malloc(most * sizeof *at);
  if (!at) return perror("memory"), 1;
  int count = 0;
  const uint8_t ask = 1;
  uint8_t frame[most_frame_bytes];
  for (int i = 1; i < under_way; i++)
    if (write(fd, &ask, 1) != 1) return perror("write"), 1;
  int64_t start = now_ns(), end = start + (int64_t)(seconds * 1e9), reply = start;
  while (reply < end && count < most) {
    if (rate > 0) {
      int64_t due = start + (int64_t)(count * 1e9 / rate);
      struct timespec t = {due / 1000000000, due % 1000000000};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    }
    int64_t request = now_ns();
    if (write(fd, &ask, 1) != 1) return perror("write"), 1;
    if (!read_frame(fd, frame)) return perror("read"), 1;
    reply = now_ns();
    at[count++] = (request + reply) / 2 / 1e3;
    if (out) fwrite(frame, 1, (size_t)frame_bytes, out);
  }
  for (int i = 1; i < under_way; i++) // nothing is left behind for the next reader
    if (!read_frame(fd, frame)) return perror("read"), 1;
  if (out) fclose(out);
  int gaps = count - 1;
  for (int i = 0; i < gaps; i++) at[i] = at[i + 1] - at[i];
  qsort(at, (size_t)gaps, sizeof *at, by_value);
#define P(q) at[(int)((gaps - 1) * (q))]
  printf("{\"samples\":%d,\"seconds\":%.6f,\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}\n", count,
         (reply - start) / 1e9, P(0.5), P(0.99), P(0.999), at[gaps - 1]);
}

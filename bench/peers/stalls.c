// Tells when a core of this machine stood still: sleeps 1 ms again and again on it, and prints each time that it came
// back more than 5 ms late. A virtual machine's host, for one, takes cores away. Usage: stalls CORE SECONDS
// A line a stall: its beginning and its end, UTC seconds since 1970.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#ifdef __linux__
#include <sched.h>
#endif

static double now_s(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc != 3) return fputs("usage: stalls CORE SECONDS\n", stderr), 2;
#ifdef __linux__
  cpu_set_t core;
  CPU_ZERO(&core);
  CPU_SET(atoi(argv[1]), &core);
  if (sched_setaffinity(0, sizeof core, &core)) return perror("core"), 1;
#endif
  const struct timespec pause = {0, 1000000};
  double last = now_s(CLOCK_MONOTONIC), end = last + atof(argv[2]);
  while (last < end) {
    nanosleep(&pause, NULL);
    double now = now_s(CLOCK_MONOTONIC);
    if (now - last > 0.006) {
      double utc = now_s(CLOCK_REALTIME);
      printf("%.6f %.6f\n", utc - (now - last), utc);
      fflush(stdout);
    }
    last = now;
  }
}

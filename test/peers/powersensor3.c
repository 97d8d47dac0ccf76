// A PowerSensor3 on a pseudo-terminal, after what its makers document of firmware 1.6.1; it shares nothing with powerlog's
// own model. Sets are taken at an even rate of the device's own clock, numbered in their levels (ten bits in each of sensors 4 to
// 6), and written as the wire takes them: where it takes none, as behind a host that does not read, the next set overwrites the one that
// waits. Prints the port's path; at TERM what it did, as JSON, so that every set's true instant is known: t0_ns + set * period_ns
// on CLOCK_MONOTONIC. An instrument does not wait for a machine's cores, and neither does this where the machine allows it.
// Usage: powersensor3 [--hz N] [--ppm N] [--overwrite S:SETS]... [--lose S:BYTES]... [--streaming] [--seconds N]
//   --ppm        how much faster than it should the device's clock runs, in millionths
//   --overwrite  so many sets are never sent, so many seconds after the stream began; --lose: bytes go missing on the wire
//   --streaming  talks from the beginning, as after a reader that died
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { sensors = 8, set_bytes = 18, most_events = 64, tick_us = 250, timeout_ms = 2000, patience_ns = 100000000 };

struct __attribute__((packed)) sensor {
  char type[16], pair_name[16];
  float vref, sensitivity;
  uint8_t in_use;
};

static const struct sensor eeprom[sensors] = {
    {"MLX10", "12V slot", 1.65f, 0.12f, 1},  {"voltage", "12V slot", 0, 0.2f, 1},
    {"MLX20", "GPU 8-pin", 1.65f, 0.06f, 1}, {"voltage", "GPU 8-pin", 0, 0.2f, 1},
    {"NA", "NA", 0, 0, 0},                   {"NA", "NA", 0, 0, 0},
    {"NA", "NA", 0, 0, 0},                   {"NA", "NA", 0, 0, 0},
};

struct event {
  double at_s;
  long amount;
};

static volatile sig_atomic_t ended;
static void end(int signal) { (void)signal, ended = 1; }

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static struct event parse(const char *text) {
  struct event e = {atof(text), 0};
  const char *colon = strchr(text, ':');
  if (colon) e.amount = atol(colon + 1);
  return e;
}

// Ten bits as the firmware sends them.
static void put_word(uint8_t *at, unsigned id, unsigned level, unsigned mark) {
  at[0] = (uint8_t)(0x80 | id << 4 | (level >> 6 & 0x0f));
  at[1] = (uint8_t)(mark << 6 | (level & 0x3f));
}

static void put_set(uint8_t *at, uint64_t n, uint64_t device_us, unsigned mark) {
  put_word(at, 7, device_us & 1023, 1);
  const unsigned levels[sensors] = {700, 744, 600, 744, n & 1023, n >> 10 & 1023, n >> 20 & 1023, 0};
  for (unsigned i = 0; i < sensors; i++) put_word(at + 2 + 2 * i, i, levels[i], i == 0 ? mark : 0);
}

int main(int argc, char **argv) {
  double hz = 20000, ppm = 0, seconds = 3600;
  struct event overwrite[most_events], lose[most_events];
  int overwrites = 0, loses = 0, streaming = 0;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--streaming")) streaming = 1;
    else if (i + 1 == argc) return fprintf(stderr, "%s wants a value\n", argv[i]), 2;
    else if (!strcmp(argv[i], "--hz")) hz = atof(argv[++i]);
    else if (!strcmp(argv[i], "--ppm")) ppm = atof(argv[++i]);
    else if (!strcmp(argv[i], "--seconds")) seconds = atof(argv[++i]);
    else if (!strcmp(argv[i], "--overwrite") && overwrites < most_events) overwrite[overwrites++] = parse(argv[++i]);
    else if (!strcmp(argv[i], "--lose") && loses < most_events) lose[loses++] = parse(argv[++i]);
    else return fprintf(stderr, "no option %s\n", argv[i]), 2;
  }
  signal(SIGTERM, end);
  alarm((unsigned)seconds);
#ifdef __linux__
  prctl(PR_SET_TIMERSLACK, 1);
#endif
  const struct sched_param first = {.sched_priority = 1};
  if (sched_setscheduler(0, SCHED_RR, &first)) (void)setpriority(PRIO_PROCESS, 0, -20);

  int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) || unlockpt(master)) return perror("pseudo-terminal"), 1;
  int slave = open(ptsname(master), O_RDWR | O_NOCTTY); // kept, or the master fails between two readers
  struct termios raw;
  if (slave < 0 || tcgetattr(slave, &raw)) return perror("pseudo-terminal"), 1;
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  fcntl(master, F_SETFL, O_NONBLOCK);
  printf("%s\n", ptsname(master));
  fflush(stdout);

  const double device_us_per_set = 1e6 / hz, period_ns = 1e9 / hz / (1 + ppm * 1e-6);
  const int64_t t0 = now_ns();
  uint64_t next = 0, begun = 0, sent = 0, skipped = 0, overwritten = 0, lost_bytes = 0, longest = 0;
  int overwritten_at = 0, lost_at = 0, marks = 0, resets = 0, unexpected = 0, single = 0;
  int chunk = -1; // of the configuration: the sensor whose byte is waited for
  int64_t chunk_ns = 0;
  uint8_t out[64 * set_bytes];
  size_t out_bytes = 0, out_at = 0;
  int waited = 0;
  int64_t waited_ns = 0;

  while (!ended) {
    uint8_t asked[256];
    ssize_t got = read(master, asked, sizeof asked);
    for (ssize_t i = 0; i < got; i++) {
      uint8_t reply[64];
      size_t bytes = 0;
      if (chunk >= 0) {
        chunk++, chunk_ns = now_ns();
        if (chunk < sensors) bytes = sizeof eeprom[0], memcpy(reply, &eeprom[chunk], bytes);
        else chunk = -1, reply[bytes++] = 'D';
      } else
        switch (asked[i]) {
          case 'V': bytes = (size_t)sprintf((char *)reply, "F411-1.6.1\r\n"); break;
          case 'R': chunk = 0, chunk_ns = now_ns(), bytes = sizeof eeprom[0], memcpy(reply, eeprom, bytes); break;
          case 'S': if (!streaming) streaming = 1, begun = next = (uint64_t)((now_ns() - t0) / period_ns); break;
          case 'T': streaming = 0; break;
          case 'I': single = 1; break;
          case 'M': marks++; break;
          case 0: break; // no command
          default: unexpected++;
        }
      for (size_t at = 0; at < bytes;) {
        ssize_t n = write(master, reply + at, bytes - at);
        if (n > 0) at += (size_t)n;
        else if (errno != EAGAIN) return perror("write"), 1;
      }
    }
    if (chunk >= 0 && now_ns() - chunk_ns > timeout_ms * 1000000LL) resets++, chunk = -1;

    const uint64_t due = (uint64_t)((now_ns() - t0) / period_ns);
    if (!streaming && !single && out_at == out_bytes) next = due;
    int blocked = 0;
    while ((streaming || single) && !blocked) {
      if (out_at == out_bytes) {
        // What has waited behind a wire that took nothing is the newest set alone; a busy machine is no wire.
        if (waited && now_ns() - waited_ns > patience_ns && due > next) {
          if (due - next > longest) longest = due - next;
          overwritten += due - next, next = due;
        }
        waited = 0;
        for (out_at = out_bytes = 0; next <= due && out_bytes < sizeof out; next++) {
          if (overwritten_at < overwrites && (next - begun) / hz >= overwrite[overwritten_at].at_s) {
            if (skipped < (uint64_t)overwrite[overwritten_at].amount) { skipped++, overwritten++; continue; }
            skipped = 0, overwritten_at++;
          }
          put_set(out + out_bytes, next, (uint64_t)(next * device_us_per_set), marks > 0 ? marks--, 1 : 0);
          out_bytes += set_bytes, sent++;
          if (lost_at < loses && (next - begun) / hz >= lose[lost_at].at_s) {
            size_t bytes = (size_t)lose[lost_at++].amount;
            if (bytes > out_bytes) bytes = out_bytes;
            out_bytes -= bytes, lost_bytes += bytes;
          }
          if (single) { single = 0, next++; break; }
        }
        if (out_bytes == 0) break;
      }
      ssize_t n = write(master, out + out_at, out_bytes - out_at);
      if (n > 0) out_at += (size_t)n;
      else if (errno == EAGAIN) {
        blocked = 1;
        if (!waited) waited = 1, waited_ns = now_ns();
      } else return perror("write"), 1;
      if (next > due && out_at == out_bytes) break;
    }
    struct pollfd asking = {master, POLLIN | (blocked ? POLLOUT : 0), 0};
    const struct timespec tick = {0, streaming ? tick_us * 1000 : 20000000};
    ppoll(&asking, 1, &tick, NULL);
  }
  printf("{\"t0_ns\":\"%lld\",\"period_ns\":%.9f,\"sets\":%llu,\"sent\":%llu,\"overwritten\":%llu,\"longest\":%llu,\"lost_bytes\":%llu,"
         "\"resets\":%d,\"unexpected\":%d}\n",
         (long long)t0, period_ns, (unsigned long long)(next - begun), (unsigned long long)sent, (unsigned long long)overwritten,
         (unsigned long long)longest, (unsigned long long)lost_bytes, resets, unexpected);
  return 0;
}

// Asks one server on loopback for pictures over kept-alive connections, a bounded number of times, and prints one line of JSON.
// What wrk cannot do: stop after an exact number of requests, ask for each picture once, keep a pace, hold idle connections,
// tell the time to the first byte. One thread, epoll, one request at a time a connection.
//
// Usage: load PORT CONNECTIONS COUNT PATH [first=N] [span=N] [scatter=1] [skip=N] [rate=N] [seconds=N] [header=TEXT] [status=N] [hold=1] [ahead=1]
// PATH has one %lu for the picture's number: first + ((skip + i) modulo span), with `scatter` in an order that jumps about in the span.
// `rate` paces the requests (a second); `hold` says "held" after the last answer and keeps the connections until input ends.
// `ahead` runs before all else on its core (sched(7), SCHED_FIFO): where an origin and another load share it, the times are the server's.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MOST = 16384, PIECE = 1 << 18, CONNECTIONS_MOST = 50000, COUNT_MOST = 20000000 };

struct connection {
    int socket;
    bool busy;
    double began, first_byte;
    size_t head_length;
    long body_left;  // -1 while the head is incomplete
    char *head;
};

static int port;
static long connection_count, request_count, first, skip, span, rate, seconds = 600, expected = 200;
static bool scatter, hold, ahead;
static const char *path, *header = "";
static struct connection *connections;
static long asked, answered, errors, bytes;
static float *to_first_byte, *to_end;
static char piece[PIECE];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

// A prime that divides no span in use: its multiples visit every number of the span once.
static unsigned long number(long i) {
    unsigned long step = scatter ? 7368787ul : 1ul;
    return first + (unsigned long)(skip + i) * step % (unsigned long)span;
}

static void ask(struct connection *connection) {
    char target[1024], request[2048];
    snprintf(target, sizeof target, path, number(asked++));
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s%s\r\n", target, port, header,
                          *header ? "\r\n" : "");
    connection->busy = true;
    connection->head_length = 0;
    connection->body_left = -1;
    connection->first_byte = 0;
    connection->began = now();
    // A request of a few hundred bytes always fits an idle connection's buffer.
    if (write(connection->socket, request, length) != length) fail("write");
}

static void finish(struct connection *connection) {
    double end = now();
    to_first_byte[answered] = (connection->first_byte - connection->began) * 1e3;
    to_end[answered] = (end - connection->began) * 1e3;
    answered++;
    connection->busy = false;
}

// The body's length, from a complete head; -1 if it cannot be told.
static long body_length(struct connection *connection) {
    long status = strtol(connection->head + 9, NULL, 10);
    if (status != expected) errors++;
    if (status == 304 || status == 204) return 0;
    for (char *line = strstr(connection->head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, "content-length:", 15) == 0) return strtol(line + 17, NULL, 10);
    return -1;
}

static void take(struct connection *connection, const char *from, size_t length) {
    bytes += length;
    if (!connection->first_byte) connection->first_byte = now();
    if (connection->body_left < 0) {
        size_t old = connection->head_length, room = HEAD_MOST - 1 - old, taken = length < room ? length : room;
        memcpy(connection->head + old, from, taken);
        connection->head_length += taken;
        connection->head[connection->head_length] = 0;
        char *end = strstr(connection->head, "\r\n\r\n");
        if (!end) {
            if (taken < length) errno = EMSGSIZE, fail("head");
            return;
        }
        end[2] = 0;
        size_t used = end + 4 - connection->head - old;
        connection->body_left = body_length(connection);
        if (connection->body_left < 0) errno = EPROTO, fail("an answer without Content-Length");
        from += used, length -= used;
    }
    if ((long)length > connection->body_left) errno = EPROTO, fail("more bytes than Content-Length");
    connection->body_left -= length;
    if (connection->body_left == 0) finish(connection);
}

static void receive(struct connection *connection) {
    // Until the answer is complete or the socket is empty.
    while (connection->busy) {
        ssize_t got = read(connection->socket, piece, PIECE);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) fail(got ? "read" : "closed by the server");
        take(connection, piece, got);
    }
}

static void open_connection(int poll, struct connection *connection) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connection->socket < 0) fail("socket");
    if (connect(connection->socket, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(connection->socket, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, connection->socket, &event)) fail("epoll_ctl");
    connection->head = malloc(HEAD_MOST);
    if (!connection->head) fail("malloc");
}

static int ascending(const void *a, const void *b) {
    float left = *(const float *)a, right = *(const float *)b;
    return (left > right) - (left < right);
}

static void print_times(const char *name, float *times) {
    qsort(times, answered, sizeof *times, ascending);
    float none = 0, *at = answered ? times : &none;
    long last = answered ? answered - 1 : 0;
    printf(", \"%s\": {\"median\": %.4f, \"p99\": %.4f, \"worst\": %.4f}", name, at[last / 2], at[last * 99 / 100], at[last]);
}

static void read_options(int count, char **texts) {
    for (int i = 0; i < count; i++) {
        char *value = strchr(texts[i], '=');
        if (!value) errno = EINVAL, fail(texts[i]);
        *value++ = 0;
        if (!strcmp(texts[i], "header")) header = value;
        else if (!strcmp(texts[i], "first")) first = atol(value);
        else if (!strcmp(texts[i], "skip")) skip = atol(value);
        else if (!strcmp(texts[i], "span")) span = atol(value);
        else if (!strcmp(texts[i], "scatter")) scatter = atol(value);
        else if (!strcmp(texts[i], "rate")) rate = atol(value);
        else if (!strcmp(texts[i], "seconds")) seconds = atol(value);
        else if (!strcmp(texts[i], "status")) expected = atol(value);
        else if (!strcmp(texts[i], "hold")) hold = atol(value);
        else if (!strcmp(texts[i], "ahead")) ahead = atol(value);
        else errno = EINVAL, fail(texts[i]);
    }
}

// Asks on idle connections while the pace, the count and the time allow.
static void ask_more(double began, bool all) {
    static long next;
    double passed = now() - began;
    if (passed > seconds) {
        request_count = asked;
        return;
    }
    long allowed = rate ? (long)(passed * rate) + 1 : request_count;
    if (allowed > request_count) allowed = request_count;
    for (long tried = 0; asked < allowed && tried < (all || rate ? connection_count : 0); tried++) {
        struct connection *connection = &connections[next++ % connection_count];
        if (!connection->busy) ask(connection);
    }
}

int main(int count, char **texts) {
    if (count < 5) {
        fprintf(stderr, "usage: load PORT CONNECTIONS COUNT PATH [NAME=VALUE]...\n");
        return 64;
    }
    port = atoi(texts[1]), connection_count = atol(texts[2]), span = request_count = atol(texts[3]), path = texts[4];
    read_options(count - 5, texts + 5);
    if (connection_count < 1 || connection_count > CONNECTIONS_MOST || request_count < 1 || request_count > COUNT_MOST)
        errno = EINVAL, fail("too many or too few");
    if (ahead && sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1})) fail("sched_setscheduler");
    connections = calloc(connection_count, sizeof *connections);
    to_first_byte = calloc(request_count, sizeof *to_first_byte);
    to_end = calloc(request_count, sizeof *to_end);
    if (!connections || !to_first_byte || !to_end) fail("calloc");
    int poll = epoll_create1(0);
    for (long i = 0; i < connection_count; i++) open_connection(poll, &connections[i]);

    double began = now(), last_answer = began;
    ask_more(began, true);
    while (answered < request_count) {
        struct epoll_event events[512];
        int ready = epoll_wait(poll, events, 512, rate ? 1 : 1000);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            receive(connection);
            if (!connection->busy && !rate && asked < request_count && now() - began < seconds) ask(connection);
        }
        if (ready > 0) last_answer = now();
        else if (now() - last_answer > 60) errno = ETIMEDOUT, fail("no answer for a minute");
        ask_more(began, false);
    }
    double took = now() - began;
    printf("{\"requests\": %ld, \"errors\": %ld, \"bytes\": %ld, \"seconds\": %.6f", answered, errors, bytes, took);
    print_times("first_byte_ms", to_first_byte);
    print_times("whole_ms", to_end);
    printf("}\n");
    fflush(stdout);
    // Whoever measures the idle connections closes standard input when done.
    while (hold && read(0, piece, PIECE) > 0) {}
    return 0;
}

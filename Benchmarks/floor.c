// What serving a hit costs at the least on this machine: no cache, no parsing, only the system calls. It answers every
// request by the number at the beginning of its path with as many bytes: small bodies with their head in one sendmsg, larger
// ones by sendfile; with 304 where the request has If-None-Match, with 1,000 bytes where it has Range.
//
// The number at the end of the path tells which of 128 places of the file: as many pictures, no smaller in the caches.
//
// floor PORT FILE THREADS     (FILE is written, 128 MB; ends by a signal)

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SMALL = 32 << 10, LARGEST = 1000 * 1000, PLACES = 128, DESCRIPTORS = 1 << 16 };

struct connection {
    off_t at;
    size_t left; // of a body under way
};

static struct connection connections[DESCRIPTORS];
static char body[SMALL];
static int file, port;
static _Thread_local int poller;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void watch(int socket, uint32_t events, int how) {
    struct epoll_event event = {.events = events, .data.fd = socket};
    if (epoll_ctl(poller, how, socket, &event) != 0) fail("epoll_ctl");
}

// Sends what is left of a body; 0 where the connection is broken.
static int send_rest(int socket) {
    struct connection *c = &connections[socket];
    int was_waiting = c->left == 0 ? 0 : 1;
    while (c->left > 0) {
        ssize_t sent = sendfile(socket, file, &c->at, c->left);
        if (sent < 0 && errno == EAGAIN) {
            watch(socket, EPOLLOUT, EPOLL_CTL_MOD);
            return 2;
        }
        if (sent <= 0) return 0;
        c->left -= (size_t)sent;
    }
    return was_waiting;
}

// Answers the one request of `length` bytes; 0 where the connection is broken.
static int answer(int socket, const char *request, size_t length) {
    size_t size = (size_t)strtoul(request + 5, 0, 10); // after "GET /"
    const char *status = "200 OK";
    if (size > LARGEST) size = LARGEST;
    if (memmem(request, length, "If-None-Match", 13)) {
        status = "304 Not Modified";
        size = 0;
    } else if (memmem(request, length, "Range:", 6)) {
        status = "206 Partial Content";
        size = 1000;
    }
    char head[512];
    int head_length = snprintf(head, sizeof head,
        "HTTP/1.1 %s\r\nServer: floor\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: image/jpeg\r\n"
        "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nETag: \"floor\"\r\nAccept-Ranges: bytes\r\nVia: 1.1 floor\r\n"
        "Content-Length: %zu\r\nAge: 1\r\nCache-Status: floor; hit; ttl=3599\r\n\r\n", status, size);
    struct iovec pieces[2] = {{head, (size_t)head_length}, {body, size <= SMALL ? size : 0}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    // A small answer fits the socket's buffer: there is one at a time.
    if (sendmsg(socket, &message, MSG_NOSIGNAL) != (ssize_t)(pieces[0].iov_len + pieces[1].iov_len)) return 0;
    if (size <= SMALL) return 1;
    const char *dash = memchr(request, '-', length);
    size_t place = dash ? (size_t)strtoul(dash + 1, 0, 10) % PLACES : 0;
    connections[socket] = (struct connection){(off_t)(place * LARGEST), size};
    return send_rest(socket);
}

static void receive(int socket) {
    char request[8192];
    ssize_t length = recv(socket, request, sizeof request, 0);
    if (length < 0 && errno == EAGAIN) return;
    if (length < 6 || !answer(socket, request, (size_t)length)) close(socket);
}

static void ready(int socket, uint32_t events) {
    if (!(events & EPOLLOUT)) return receive(socket);
    int result = send_rest(socket);
    if (result == 0) close(socket);
    if (result == 1) watch(socket, EPOLLIN, EPOLL_CTL_MOD);
}

static int listen_on_port(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    // The kernel shares out connections among the threads, as among larder's loops.
    setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) fail("listen");
    return listener;
}

static void take(int listener) {
    int client = accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC), yes = 1;
    if (client < 0) return;
    if (client >= DESCRIPTORS) {
        close(client);
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watch(client, EPOLLIN, EPOLL_CTL_ADD);
}

static _Noreturn void *serve(void *unused) {
    (void)unused;
    int listener = listen_on_port();
    poller = epoll_create1(EPOLL_CLOEXEC);
    watch(listener, EPOLLIN, EPOLL_CTL_ADD);
    for (;;) {
        struct epoll_event events[64];
        int ready_count = epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < ready_count; i++) {
            if (events[i].data.fd == listener) take(listener);
            else ready(events[i].data.fd, events[i].events);
        }
    }
}

int main(int count, char **arguments) {
    if (count != 4) return fprintf(stderr, "usage: floor PORT FILE THREADS\n"), 2;
    signal(SIGPIPE, SIG_IGN); // sendfile knows no MSG_NOSIGNAL
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    port = atoi(arguments[1]);
    file = open(arguments[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char *bytes = malloc(LARGEST);
    memset(bytes, 'x', LARGEST);
    memset(body, 'x', sizeof body);
    if (file < 0) fail(arguments[2]);
    for (int i = 0; i < PLACES; i++) {
        if (write(file, bytes, LARGEST) != LARGEST) fail(arguments[2]);
    }
    free(bytes);
    for (int more = atoi(arguments[3]); more > 1; more--) {
        pthread_t thread;
        if (pthread_create(&thread, 0, serve, 0) != 0) fail("pthread_create");
    }
    serve(0);
}

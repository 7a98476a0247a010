"""larder and its peers, each with a configuration made for a run: equal sizes on disk and in memory, no logs.

Each class starts one server on a free port of loopback in a folder of its own. What is configured is what its makers advise
for a cache in front of an HTTP server: kept-alive connections to the origin, files kept open, one worker a core.
"""

import dataclasses
import json
import os
import pathlib
import shutil

from origin import nginx_configuration
from processes import PROXY_CORE, Process, TooSmall, allow_descriptors, answers, compiled, free_port, get

MB, GB = 10**6, 10**9


@dataclasses.dataclass(frozen=True)
class Setup:
    """What is equal for all servers of a row."""

    origin: int
    disk: int = 4 * GB
    memory: int = 256 * MB
    workers: int = 1
    cores: frozenset = frozenset({PROXY_CORE})
    # Clients at a time, and as many to spare as the origin may take.
    connections: int = 2_000
    # How many pictures a row stores at most: index sizes follow from it.
    pictures: int = 500_000
    # Rows that are about reads from disk give the peers what they have for that.
    reads_disk: bool = False


class Server:
    """A cache under measurement. `folder` may exist already: what it stores is used then."""

    name = ""
    program = ""
    packages = ""

    def __init__(self, folder, setup):
        self.folder, self.setup = pathlib.Path(folder), setup
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.find():
            raise TooSmall(f"{self.program} is not installed")
        self.port = free_port()
        self.start()
        self.process.wait_until(lambda: answers(self.port, "/1000/ready.jpg"))

    @classmethod
    def find(cls):
        return shutil.which(cls.program) or shutil.which(cls.program, path="/usr/sbin:/usr/local/sbin")

    def run(self, command, **more):
        self.process = Process(command, self.setup.cores, self.folder / "out.log", **more)

    def another(self, user):
        """The user of a server that does not run as root."""
        return user if os.geteuid() == 0 else None

    def give_to(self, user):
        for path in [self.folder, *self.folder.rglob("*")] if user else []:
            shutil.chown(path, user, user)

    def cpu(self):
        return self.process.cpu()

    def memory(self):
        return self.process.memory()

    def end(self):
        self.process.end()


class Larder(Server):
    name = "larder"
    program = os.environ.get("LARDER", "larder")

    @property
    def cache(self):
        return self.folder / "cache"

    def start(self):
        self.admin = free_port()
        configuration = self.folder / "larder.yaml"
        configuration.write_text(
            f"listen: 127.0.0.1:{self.port}\nadmin: {{listen: '127.0.0.1:{self.admin}'}}\nthreads: {self.setup.workers}\n"
            f"cache:\n  directory: {self.cache}\n  max_size: {self.setup.disk}B\n  memory: {self.setup.memory}B\n"
            f"limits: {{connections: 100000, idle_timeout: 10m}}\n"
            f"origins:\n  - url: http://127.0.0.1:{self.setup.origin}\n")
        self.run([self.find(), "serve", "--config", configuration])

    def stats(self):
        return json.loads(get(self.admin, "/stats")[2])


class Nginx(Server):
    name = "nginx"
    program = "nginx"
    nopush = "off"

    @property
    def cache(self):
        return self.folder / "cache"

    def start(self):
        # One descriptor a file kept open, and one or two a connection. As many as are allowed.
        descriptors = allow_descriptors()
        connections = self.setup.connections
        kept_open = max(1000, min(self.setup.pictures, descriptors - connections - 500))
        zone = max(16, self.setup.pictures // 6000)
        threads = "aio threads; " if self.setup.reads_disk else ""
        (self.folder / "nginx.conf").write_text(nginx_configuration(
            self.folder, self.setup.workers,
            f"proxy_cache_path {self.cache} levels=1:2 keys_zone=pictures:{zone}m max_size={self.setup.disk} inactive=10d "
            f"use_temp_path=off;\n{threads}open_file_cache max={kept_open} inactive=1d; open_file_cache_valid 1d;\n"
            f"upstream origin {{ server 127.0.0.1:{self.setup.origin}; keepalive 64; keepalive_requests 100000000; }}\n"
            f"server {{ listen 127.0.0.1:{self.port} backlog=4096{' reuseport' if self.setup.workers > 1 else ''}; location / {{\n"
            "proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_cache pictures;\n"
            "proxy_cache_lock on; proxy_cache_lock_timeout 30s; proxy_cache_valid 200 30d; proxy_buffers 16 16k; } }",
            connections=connections, more=f"worker_rlimit_nofile {descriptors};", nopush=self.nopush))
        self.run([self.find(), "-p", self.folder, "-c", self.folder / "nginx.conf"])


class NginxNopush(Nginx):
    """The same with what is best for small pictures and worst for larger ones."""

    name = "nginx-nopush"
    nopush = "on"


class Varnish(Server):
    name = "varnish"
    program = "varnishd"

    def start(self):
        (self.folder / "default.vcl").write_text(
            f'vcl 4.1;\nbackend origin {{ .host = "127.0.0.1"; .port = "{self.setup.origin}"; }}\n')
        # All of it in memory, as Varnish is usually run, but where a row asks for a small memory tier.
        storage = f"malloc,{self.setup.disk}"
        if self.setup.memory < 64 * MB:
            storage = f"file,{self.folder}/storage.bin,{self.setup.disk}"
        self.run([self.find(), "-F", "-j", "none", "-f", self.folder / "default.vcl", "-a", f"127.0.0.1:{self.port}",
                  "-n", self.folder / "work", "-s", storage, "-t", "2592000", "-p", f"thread_pools={self.setup.workers}",
                  "-p", "thread_pool_min=100", "-p", "thread_pool_max=1000", "-p", "timeout_idle=600", "-p", "listen_depth=4096",
                  # Requests that wait for a thread: past it connections are closed.
                  "-p", f"thread_queue_limit={self.setup.connections}",
                  "-p", "vsl_mask=" + ",".join(f"-{tag}" for tag in VARNISH_TAGS)])


# What varnishd writes to its log in shared memory for each request, all of it turned off.
VARNISH_TAGS = ("Begin", "End", "Link", "SessOpen", "SessClose", "ReqStart", "ReqMethod", "ReqURL", "ReqProtocol", "ReqHeader",
                "ReqUnset", "ReqAcct", "RespProtocol", "RespStatus", "RespReason", "RespHeader", "RespUnset", "BereqMethod",
                "BereqURL", "BereqProtocol", "BereqHeader", "BereqUnset", "BereqAcct", "BerespProtocol", "BerespStatus",
                "BerespReason", "BerespHeader", "BerespUnset", "ObjHeader", "ObjProtocol", "ObjStatus", "ObjReason", "VCL_call",
                "VCL_return", "VCL_use", "VCL_trace", "Hit", "HitMiss", "HitPass", "Timestamp", "TTL", "Storage", "Fetch_Body",
                "Length", "BackendOpen", "BackendReuse", "BackendClose", "BackendStart", "Backend", "Filters", "ExpKill",
                "WorkThread", "Hash", "VfpAcct", "VdpAcct", "Debug")


class TrafficServer(Server):
    name = "trafficserver"
    program = "traffic_server"

    def start(self):
        user = self.another("trafficserver")
        conf, cache, run = (self.folder / name for name in ("conf", "cache", "run"))
        for folder in (conf, cache, run):
            folder.mkdir(exist_ok=True)
        (self.folder / "runroot.yaml").write_text(
            "prefix: /usr\nexec_prefix: /usr\nbindir: /usr/bin\nsbindir: /usr/bin\nlibdir: /usr/lib/trafficserver\n"
            f"libexecdir: /usr/lib/trafficserver/modules\nincludedir: /usr/include\nmandir: /usr/share/man\ninfodir: /usr/share/info\n"
            f"datadir: {cache}\nsysconfdir: {conf}\nlocalstatedir: {run}\nruntimedir: {run}\nlogdir: {run}\ncachedir: {cache}\n")
        settings = {
            "http.server_ports": f"STRING {self.port}:ip-in=127.0.0.1", "http.wait_for_cache": "INT 1",
            "admin.user_id": f"STRING {user or '#-1'}", "log.logging_enabled": "INT 0", "diags.show_location": "INT 0",
            "exec_thread.autoconfig": "INT 0", "exec_thread.limit": f"INT {self.setup.workers}", "exec_thread.affinity": "INT 0",
            "accept_threads": "INT 0", "task_threads": "INT 1", "net.listen_backlog": "INT 4096",
            "net.connections_throttle": "INT 15000", "cache.ram_cache.size": f"INT {self.setup.memory}",
            "cache.ram_cache_cutoff": "INT 4194304", "cache.min_average_object_size": "INT 4000",
            "cache.enable_read_while_writer": "INT 1", "http.keep_alive_no_activity_timeout_in": "INT 600",
            # Larger than the default of 5 MB, with which half of a flood of 100 kB pictures is not stored.
            "cache.agg_write_backlog": f"INT {64 * MB}",
            "http.cache.required_headers": "INT 0", "http.insert_client_ip": "INT 0", "http.cache.max_open_read_retries": "INT 50",
            "http.cache.open_read_retry_time": "INT 10", "http.insert_squid_x_forwarded_for": "INT 0",
            "url_remap.remap_required": "INT 1", "reverse_proxy.enabled": "INT 1", "http.server_session_sharing.pool": "STRING thread"}
        (conf / "records.config").write_text("".join(f"CONFIG proxy.config.{name} {value}\n" for name, value in settings.items()))
        (conf / "storage.config").write_text(f"{cache} {self.setup.disk}\n")
        (conf / "remap.config").write_text(f"map / http://127.0.0.1:{self.setup.origin}/\n")
        (conf / "ip_allow.yaml").write_text("ip_allow:\n  - {apply: in, ip_addrs: 127.0.0.1, action: allow, methods: ALL}\n")
        for name in ("plugin.config", "cache.config", "hosting.config", "volume.config", "parent.config", "ssl_multicert.config",
                     "splitdns.config", "socks.config"):
            (conf / name).write_text("")
        (conf / "logging.yaml").write_text("logging: {}\n")
        self.give_to(user)
        root = f"{self.folder}/runroot.yaml"
        self.run([self.find(), f"--run-root={root}"], user=user, environment={"TS_RUNROOT": root})


class Squid(Server):
    name = "squid"
    program = "squid"

    def start(self):
        user = self.another("proxy")
        cache, conf = self.folder / "cache", self.folder / "squid.conf"
        cache.mkdir(exist_ok=True)
        conf.write_text(
            f"http_port 127.0.0.1:{self.port} accel defaultsite=127.0.0.1 no-vhost\nhttp_access allow all\nworkers 1\n"
            f"cache_peer 127.0.0.1 parent {self.setup.origin} 0 no-query no-digest no-netdb-exchange originserver\n"
            "never_direct allow all\naccess_log none\ncache_store_log none\ncache_log /dev/null\nlogfile_rotate 0\nicp_port 0\n"
            f"pid_filename {self.folder}/cache/pid\ncoredump_dir {self.folder}/cache\nshutdown_lifetime 0 seconds\n"
            f"cache_mem {self.setup.memory // MB} MB\nmaximum_object_size 16 MB\nmaximum_object_size_in_memory 2 MB\n"
            f"cache_dir aufs {cache} {self.setup.disk // MB} 64 256\nmemory_pools on\ncollapsed_forwarding on\n"
            "client_persistent_connections on\nserver_persistent_connections on\npinger_enable off\nnetdb_filename none\n"
            "client_idle_pconn_timeout 600 seconds\nvisible_hostname bench\n"
            "quick_abort_min -1 KB\nrefresh_pattern . 43200 100% 43200\n")
        self.give_to(user)
        made = Process([self.find(), "-N", "-z", "-f", conf], self.setup.cores, self.folder / "out.log", user=user)
        made.process.wait(60)
        self.run([self.find(), "-N", "-f", conf], user=user)


class Floor(Server):
    """No cache: the least that the kernel takes for such answers. larder's distance from it is what larder itself costs."""

    name = "floor"

    @classmethod
    def find(cls):
        return compiled("floor")

    def start(self):
        self.run([self.find(), str(self.port), self.folder / "body", str(self.setup.workers)])


ALL = (Larder, Nginx, Varnish, TrafficServer, Squid)
# Take part only in rows that name them.
EXTRA = (NginxNopush, Floor)
BY_NAME = {server.name: server for server in ALL + EXTRA}

import { describe, expect, it } from 'vitest';
import { parseTrace } from '../fixtures/trace/touches.js';

/** The parsed lines, as `call what`. */
function touched(...lines: readonly string[]): string[] {
  return parseTrace(lines.join('\n'), '/start').map(
    (touch) => `${touch.call} ${'address' in touch ? touch.address : touch.path}`,
  );
}

describe('A trace of system calls', () => {
  it('names addresses of every family, and neither the kernel nor a connection that is taken back', () => {
    expect(
      touched(
        '7 connect(20<socket:[1]>, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, 16) = -1 EINPROGRESS (Operation now in progress)',
        '7 connect(20<socket:[1]>, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28 <unfinished ...>',
        '7 <... connect resumed>)               = 0',
        '7 connect(3<socket:[2]>, {sa_family=AF_UNIX, sun_path="/run/other"}, 110) = 0',
        '8 sendto(4<socket:[3]>, "\\1\\2", 2, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.53")}, 16) = 2',
        '8 sendto(4<socket:[3]>, "GET /", 5, MSG_NOSIGNAL, NULL, 0) = 5',
        '8 sendto(5<socket:[4]>, [{nlmsg_len=20}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20',
        '8 connect(4<socket:[3]>, {sa_family=AF_UNSPEC, sa_data="\\0\\0"}, 16) = 0',
        '8 bind(6<socket:[5]>, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("0.0.0.0")}, 16) = 0',
      ),
    ).toEqual([
      'connect 192.0.2.7:443',
      'connect [2001:db8::1]:80',
      'connect AF_UNIX, sun_path="/run/other"',
      'sendto 192.0.2.53:53',
      'bind 0.0.0.0:0',
    ]);
  });

  it('names files that are written, below the folder that their process is in, also where it fails', () => {
    expect(
      touched(
        '7 openat(AT_FDCWD</lab>, "/usr/lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 3</usr/lib/libc.so.6>',
        '7 openat(AT_FDCWD</lab>, "a/../b.json", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666) = 3</lab/b.json>',
        '7 openat(9</lab/deep>, "c", O_RDWR) = -1 EACCES (Permission denied)',
        '7 mkdir("d", 0777 <unfinished ...>',
        '8 mkdir("e", 0777)                      = 0',
        '8 mkdir("/there", 0777)                 = -1 EEXIST (File exists)',
        '8 rename("f", "g\\303\\244\\"")           = 0',
        '8 symlink("target", "/h")               = 0',
        '8 unlink("/i")                          = -1 ENOENT (No such file or directory)',
      ),
    ).toEqual([
      'openat /lab/b.json',
      'openat /lab/deep/c',
      'mkdir /lab/d',
      'mkdir /start/e',
      'rename /start/f',
      'rename /start/gä"',
      'symlink /h',
      'unlink /i',
    ]);
  });

  it('names programs that are started, not where they were looked for', () => {
    expect(
      touched(
        '7 execve("/usr/local/bin/true", ["true"], 0x7ffe /* 5 vars */) = -1 ENOENT (No such file or directory)',
        '7 execve("/usr/bin/true", ["true"], 0x7ffe /* 5 vars */) = 0',
      ),
    ).toEqual(['execve /usr/bin/true']);
  });

  it('is refused where calls are hidden behind io_uring', () => {
    expect(() => touched('7 io_uring_setup(64, {flags=0}) = 5<anon_inode:[io_uring]>')).toThrow('io_uring');
  });
});

# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev as a command that others build on: streams, status, signals and folder are CMD's own."""
import os
import signal
import subprocess
import tempfile

SOURCE = os.environ['ROLLCALL_SOURCE']
DEV = os.path.join(SOURCE, 'dev')


def dev(*arguments, **options):
    return subprocess.run([DEV, *arguments], capture_output=True, timeout=300, **options)


def test_unknown_verb_prints_usage_and_exits_2():
    for arguments in (['nonsense'], [], ['exec']):
        done = dev(*arguments)
        assert done.returncode == 2
        assert b'Usage: ./dev VERB' in done.stderr
        assert done.stdout == b''


def test_exec_passes_streams_and_exit_status():
    done = dev('exec', 'sh', '-c', 'cat; echo said >&2; exit 7', input=b'given\n')
    assert (done.returncode, done.stdout) == (7, b'given\n')
    assert done.stderr.endswith(b'said\n')


def test_exec_keeps_the_folder():
    done = dev('exec', 'pwd', cwd=os.path.join(SOURCE, 'tests'))
    assert done.stdout.decode().strip() == os.path.join(SOURCE, 'tests')


def test_exec_reaches_the_loopback_network():
    import socket
    with socket.create_server(('127.0.0.1', 0)) as server:
        port = server.getsockname()[1]
        program = f'import socket; socket.create_connection(("127.0.0.1", {port})).sendall(b"hello")'
        done = dev('exec', 'python3', '-c', program)
        assert done.returncode == 0, done.stderr
        connection, _ = server.accept()
        with connection:
            assert connection.recv(5) == b'hello'


def test_exec_hands_sigterm_to_the_command_and_its_status_back():
    with tempfile.TemporaryDirectory() as folder:
        # A pipe tells when CMD is ready; nothing waits for luck.
        process = subprocess.Popen([DEV, 'exec', 'sh', '-c', 'trap "exit 42" TERM; echo ready; while :; do read line || :; done'],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        assert process.stdout.readline() == b'ready\n'
        process.send_signal(signal.SIGTERM)
        process.stdin.close()
        assert process.wait(timeout=60) == 42
        process.stdout.close()


def test_exec_dies_of_the_signal_that_ends_the_command():
    process = subprocess.Popen([DEV, 'exec', 'sh', '-c', 'echo ready; exec tail -f /dev/null'], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b'ready\n'
    process.terminate()
    assert process.wait(timeout=60) == -signal.SIGTERM
    process.stdout.close()

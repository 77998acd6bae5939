package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// errAbsent is returned where PostgreSQL is not installed.
var errAbsent = errors.New("no PostgreSQL in /usr/lib/postgresql (install the package postgresql, or set SIGNALBOX_TEST_POSTGRES)")

// script starts a server in the folder $2, says so, and stops it when its standard
// input ends: also when the test process is killed. It sorts text as people do and
// not by bytes, so that a store that relies on the database's own order fails.
const script = `
PATH="$1:$PATH"
cd "$2" || exit
{
initdb -D data -U postgres -A trust -N -E UTF8 --locale=C --locale-provider=icu --icu-locale=en-US &&
pg_ctl -D data -w -l log -o "-F -k '$2' -c listen_addresses=" start
} >setup 2>&1 || { cat setup log >&2; exit 1; }
echo ready
read -r _
pg_ctl -D data -m immediate stop >>setup 2>&1
`

// cluster is a private PostgreSQL server on a socket in a temporary folder.
type cluster struct {
	folder string
	dsn    string
	stdin  io.Closer
	cmd    *exec.Cmd
}

// startCluster starts a server from the newest version in /usr/lib/postgresql. It
// blocks until the server answers; the caller stops it.
func startCluster() (*cluster, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errAbsent
	}
	folder, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return nil, err
	}
	c := &cluster{folder: folder, dsn: "host=" + folder + " user=postgres dbname=postgres sslmode=disable"}
	if err := c.start(found[len(found)-1]); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return c, nil
}

func (c *cluster) start(bin string) error {
	c.cmd = exec.CommandContext(context.Background(), "/bin/sh", "-c", script, "sh", bin, c.folder)
	c.cmd.Stderr = os.Stderr
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		credential, err := ownedByPostgres(c.folder)
		if err != nil {
			return err
		}
		c.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	}
	stdin, err := c.cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.cmd.Start(); err != nil {
		return err
	}
	c.stdin = stdin
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		return fmt.Errorf("start PostgreSQL: %w", errors.Join(err, c.cmd.Wait()))
	}
	return nil
}

// ownedByPostgres gives the folder to the system user that Debian's package makes.
func ownedByPostgres(folder string) (*syscall.Credential, error) {
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(folder, int(uid), int(gid))
}

// stop ends the server and removes its folder.
func (c *cluster) stop() error {
	return errors.Join(c.stdin.Close(), c.cmd.Wait(), os.RemoveAll(c.folder))
}

package policyfile

import (
	"fmt"
	"io"
	"os"
	"runtime"
)

// maxBytes is more than any policy has.
const maxBytes = 1 << 20

// read returns the content of the file. One that everybody on the machine may write is refused: it says who may deploy.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0 {
		return nil, fmt.Errorf("%s: everybody may write it (mode %04o); chmod o-w it", path, info.Mode().Perm())
	}
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err == nil && len(data) > maxBytes {
		err = fmt.Errorf("%s: it has more than %d bytes", path, maxBytes)
	}
	return data, err
}

package matrixbot

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is a file to be sent. [FileFrom] and [FileOf] make one.
type File struct {
	Name    string // Shown to people. Only the last element of a path is used. Empty: "file".
	Type    string // The MIME type; empty: what the content looks like.
	Size    int64  // In bytes; -1 if it is not known.
	Caption string // Shown beside the file, without markup.
	// Open returns the content, and is called again for each attempt to upload it. The reader is closed; while a Read
	// goes on that must end it, as it does with files.
	Open func() (io.ReadCloser, error)
}

// FileFrom returns the file at a path of this machine. It is opened when it is sent.
func FileFrom(path string) (File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return File{}, err
	}
	if !info.Mode().IsRegular() {
		return File{}, &fs.PathError{Op: "send", Path: path, Err: fs.ErrInvalid}
	}
	return File{
		Name: filepath.Base(path), Size: info.Size(),
		Open: func() (io.ReadCloser, error) { return os.Open(path) },
	}, nil
}

// FileOf returns a file with data as its content. The data is used until the file is sent.
func FileOf(name string, data []byte) File {
	return File{
		Name: name, Size: int64(len(data)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

// overflow returns a text that is too long for messages as a file.
func overflow(text string) *File {
	f := FileOf("message.txt", []byte(text))
	f.Type = "text/plain; charset=utf-8"
	f.Caption = "This is too long for a message, so it is in the file."
	return &f
}

// shownName is a file's name as others see it: without a path, and without what makes one extension look like another.
func (f *File) shownName() string {
	name := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return -1
		}
		return r
	}, clean(f.Name))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "")
	}
	if name == "" || name == "." || name == ".." { // the latter two are folders to who stores it under its name
		return "file"
	}
	return name
}

// maxName bounds the names of files, as file systems do.
const maxName = 255

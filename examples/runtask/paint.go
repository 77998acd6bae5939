package main

import (
	"io/fs"
	"os"
)

// The styles of the program's own words, as terminals know them.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// unstyled ends every style.
const unstyled = "\x1b[0m"

func paint(style, text string) string { return "\x1b[" + style + "m" + text + unstyled }

func isTerminal(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice != 0
}

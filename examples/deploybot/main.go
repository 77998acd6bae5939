package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // Freezes have time zones, also where the machine has no data of them.
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := program{getenv: os.Getenv, environ: os.Environ, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	status := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// What the program reports to its caller.
const (
	statusOK     = 0
	statusFailed = 1
	statusUsage  = 2  // The command line makes no sense.
	statusConfig = 78 // The settings are wrong: EX_CONFIG of sysexits, so that a service manager does not try again.
)

// program is the process, as far as the commands know it.
type program struct {
	getenv         func(string) string
	environ        func() []string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// run is main without the process around it. It returns when ctx ends.
func (p program) run(ctx context.Context, args []string) int {
	line, err := readLine(args)
	switch {
	case err != nil:
		fmt.Fprintf(p.stderr, "deploybot: %v\n\nTo see what there is: deploybot -h\n", err)
		return statusUsage
	case line.help:
		printUsage(p.stdout)
		return statusOK
	case line.demo:
		return p.playDemo(ctx)
	}
	if line.config == "" {
		line.config = p.getenv(configFile)
	}
	return line.command.run(p, ctx, line.arguments)
}

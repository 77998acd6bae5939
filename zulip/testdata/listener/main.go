// Listener reads events until it has seen as many as its argument says, and prints the most memory that it ever had
// resident, in kB. Its settings are the ZULIP_ variables.
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"strconv"

	"github.com/signalbox-go/signalbox/zulip"
)

func main() {
	count, err := strconv.Atoi(os.Args[1])
	check(err)
	credentials, err := zulip.CredentialsFromEnv(os.Getenv)
	check(err)
	c, err := zulip.NewClient(credentials)
	check(err)
	for _, err := range c.Events(context.Background(), zulip.ListenRequest{EventTypes: []string{zulip.EventMessage}}) {
		check(err)
		if count--; count == 0 {
			break
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kB int
	_, err = fmt.Sscan(string(rest), &kB)
	check(err)
	fmt.Println(kB)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

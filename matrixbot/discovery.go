package matrixbot

import (
	"net"
	"strings"
)

// DeviceCode is what a person needs to let the bot in.
type DeviceCode struct {
	UserCode string // To be typed in at Address.
	Address  string // Where to sign in.
	Link     string // Address with the code in it; may be empty.
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

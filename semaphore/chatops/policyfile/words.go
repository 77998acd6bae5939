package policyfile

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// role is a role by its word.
type role chatops.Role

func (r *role) UnmarshalText(text []byte) error {
	for known := chatops.Viewer; known <= chatops.Admin; known++ {
		if known.String() == string(text) {
			*r = role(known)
			return nil
		}
	}
	return fmt.Errorf("%q is no role; it is one of viewer, runner, approver, admin", text)
}

// moment is a day of the week and a time of day, as "friday 16:00" or "Fri 16:00".
type moment struct {
	day   time.Weekday
	clock time.Duration
}

func (m *moment) UnmarshalText(text []byte) error {
	wrong := fmt.Errorf("%q is no day and time, as friday 16:00", text)
	words := strings.Fields(string(text))
	if len(words) != 2 {
		return wrong
	}
	clock, err := time.Parse("15:04", words[1])
	if err != nil {
		return wrong
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if name := day.String(); strings.EqualFold(name, words[0]) || strings.EqualFold(name[:3], words[0]) {
			*m = moment{day, time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute}
			return nil
		}
	}
	return wrong
}

// zone is a time zone by its IANA name.
type zone struct{ location *time.Location }

func (z *zone) UnmarshalText(text []byte) error {
	name := string(text)
	if name == "" || name == "Local" {
		return errors.New("a time zone is named as Europe/Berlin or UTC")
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return fmt.Errorf("there is no time zone %q; it is named as Europe/Berlin or UTC", name)
	}
	z.location = location
	return nil
}

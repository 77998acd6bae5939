//go:build goolm || libolm

package cryptostoretest

import (
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"
)

func newDevice(userID id.UserID, name string) *id.Device {
	return &id.Device{
		UserID: userID, DeviceID: id.DeviceID(name), IdentityKey: id.IdentityKey("identity of " + name),
		SigningKey: id.SigningKey("signing of " + name), Name: "The " + name,
	}
}

func deviceMap(list ...*id.Device) map[id.DeviceID]*id.Device {
	devices := make(map[id.DeviceID]*id.Device)
	for _, d := range list {
		devices[d.DeviceID] = d
	}
	return devices
}

func deviceCases() []testCase {
	devices := func(p *probe, userID id.UserID) map[id.DeviceID]*id.Device {
		return get[map[id.DeviceID]*id.Device](p, "devices")(p.GetDevices(p.ctx, userID))
	}
	device := func(p *probe, deviceID id.DeviceID) *id.Device {
		return get[*id.Device](p, "device")(p.GetDevice(p.ctx, alice, deviceID))
	}
	byKey := func(p *probe, k id.IdentityKey) *id.Device {
		return get[*id.Device](p, "device")(p.FindDeviceByKey(p.ctx, alice, k))
	}
	users := func(p *probe) func([]id.UserID, error) []id.UserID { return get[[]id.UserID](p, "users") }
	none := (*id.Device)(nil)
	return []testCase{
		{"devices", func(p *probe) {
			p.equal("of somebody unknown", devices(p, alice) == nil, true)
			p.equal("device", device(p, "PHONE"), none)
			p.equal("by key", byKey(p, "identity of PHONE"), none)
			phone := newDevice(alice, "PHONE")
			phone.Trust = id.TrustStateVerified
			all := deviceMap(phone)
			for i := range 17 {
				d := newDevice(alice, fmt.Sprintf("DEVICE%02d", i))
				all[d.DeviceID] = d
			}
			p.write("put", p.PutDevices(p.ctx, alice, all))
			p.equal("devices", devices(p, alice), all)
			p.equal("device", device(p, "PHONE"), phone)
			p.equal("by key", byKey(p, "identity of PHONE"), phone)
			p.equal("another key", byKey(p, "signing of PHONE"), none)
			p.equal("of another user", devices(p, bob) == nil, true)
		}},
		{"somebody without devices", func(p *probe) {
			p.write("put", p.PutDevices(p.ctx, alice, nil))
			got := devices(p, alice)
			p.equal("known, and none", got != nil && len(got) == 0, true)
		}},
		{"one device", func(p *probe) {
			p.write("put", p.PutDevices(p.ctx, alice, deviceMap(newDevice(alice, "PHONE"), newDevice(alice, "LAPTOP"))))
			phone := device(p, "PHONE")
			phone.Trust, phone.Name = id.TrustStateVerified, "Renamed"
			p.write("put", p.PutDevice(p.ctx, alice, phone))
			p.equal("device", device(p, "PHONE"), phone)
			p.equal("trust of the other", device(p, "LAPTOP").Trust, id.TrustStateUnset)
			for _, trust := range []id.TrustState{id.TrustStateBlacklisted, id.TrustStateCrossSignedTOFU, id.TrustStateUnset} {
				phone.Trust = trust
				p.write("put", p.PutDevice(p.ctx, alice, phone))
				p.equal("trust", device(p, "PHONE").Trust, trust)
			}
		}},
		{"one device of somebody unknown", func(p *probe) {
			p.write("put", p.PutDevice(p.ctx, alice, newDevice(alice, "PHONE")))
			p.equal("device", device(p, "PHONE"), newDevice(alice, "PHONE"))
			p.equal("list still to be fetched", devices(p, alice) == nil, true)
		}},
		{"deleted devices", func(p *probe) {
			phone, laptop := newDevice(alice, "PHONE"), newDevice(alice, "LAPTOP")
			p.write("put", p.PutDevices(p.ctx, alice, deviceMap(phone, laptop)))
			p.write("put", p.PutDevices(p.ctx, alice, deviceMap(laptop)))
			p.equal("devices", devices(p, alice), deviceMap(laptop))
			gone := *phone
			gone.Deleted = true
			p.equal("device", device(p, "PHONE"), &gone)
			p.equal("by key", byKey(p, phone.IdentityKey), &gone)
			p.write("put", p.PutDevices(p.ctx, alice, deviceMap(phone, laptop)))
			p.equal("devices", devices(p, alice), deviceMap(phone, laptop))
		}},
		{"device with other keys", func(p *probe) {
			p.write("put", p.PutDevices(p.ctx, alice, deviceMap(newDevice(alice, "PHONE"))))
			changed := newDevice(alice, "PHONE")
			changed.IdentityKey = "another identity"
			p.write("put", p.PutDevices(p.ctx, alice, deviceMap(changed)))
			p.equal("by its key", byKey(p, "another identity").DeviceID, changed.DeviceID)
			p.equal("by the old key", byKey(p, "identity of PHONE"), none)
		}},
		{"ids with any bytes", func(p *probe) {
			odd := id.UserID("@a\x00b:example.org")
			p.write("put", p.PutDevices(p.ctx, odd, deviceMap(newDevice(odd, "\x00\xff"))))
			p.write("put", p.PutDevices(p.ctx, "@a", nil))
			p.equal("devices", len(devices(p, odd)), 1)
			p.equal("devices of another", len(devices(p, "@a")), 0)
		}},
		{"users whose devices are followed", func(p *probe) {
			p.write("put", p.PutDevices(p.ctx, alice, nil))
			everybody := []id.UserID{bob, alice, "@carol:example.org"}
			p.equal("followed", users(p)(p.FilterTrackedUsers(p.ctx, slices.Clone(everybody))), []id.UserID{alice})
			p.equal("outdated", len(users(p)(p.GetOutdatedTrackedUsers(p.ctx))), 0)
			p.write("mark", p.MarkTrackedUsersOutdated(p.ctx, everybody))
			p.equal("outdated", users(p)(p.GetOutdatedTrackedUsers(p.ctx)), []id.UserID{alice})
			p.equal("followed", users(p)(p.FilterTrackedUsers(p.ctx, slices.Clone(everybody))), []id.UserID{alice})
			p.write("put", p.PutDevices(p.ctx, alice, deviceMap(newDevice(alice, "PHONE"))))
			p.equal("outdated", len(users(p)(p.GetOutdatedTrackedUsers(p.ctx))), 0)
		}},
	}
}

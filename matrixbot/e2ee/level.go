//go:build goolm || libolm

package e2ee

import (
	"context"
	"fmt"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Trust says how sure it is that an event, which [Machine.Decrypt] returned, comes from its
// sender. It goes by signatures alone: the sender's identity has to have signed the device, and
// for [TrustVerified] the bot's own identity, in a verification that succeeded, the sender's.
// Whoever replaced the identity is as good as unverified until verified again, or accepted by
// [Machine.AcceptIdentity]. An event that was not encrypted, or whose keys came by detours (a
// backup, another device) is unknown; so is everything while the sender's device list is out
// of date and cannot be fetched. The answer is that of now, not of when the event was sent.
func (m *Machine) Trust(ctx context.Context, evt *event.Event) Trust {
	info := &evt.Mautrix
	if m.started() != nil || !info.WasEncrypted || info.ForwardedKeys || evt.Type.Type == event.EventEncrypted.Type {
		return TrustUnknown
	}
	if m.fetchLists(ctx, m.lists.needed([]id.UserID{evt.Sender})) != nil {
		return TrustUnknown
	}
	source := info.TrustSource
	if m.lists.isStale(evt.Sender) || source == nil || source.UserID != evt.Sender || info.TrustState < id.TrustStateUnset {
		return TrustUnknown
	}
	switch info.TrustState {
	case id.TrustStateUnknownDevice, id.TrustStateForwarded, id.TrustStateBackup:
		return TrustUnknown
	}
	ctx, unlock := m.rlockIdentity(ctx)
	defer unlock()
	trust, err := m.deviceTrust(ctx, source)
	if err != nil {
		m.log.WarnContext(ctx, "the trust in a device could not be found out", "error", err, "user_id", evt.Sender)
		return TrustUnknown
	}
	return trust
}

func (m *Machine) deviceTrust(ctx context.Context, source *id.Device) (Trust, error) {
	device, err := m.store.GetDevice(ctx, source.UserID, source.DeviceID)
	if err != nil {
		return TrustUnknown, err
	}
	if device == nil || device.Deleted || device.SigningKey != source.SigningKey || device.IdentityKey != source.IdentityKey {
		return TrustUnknown, nil
	}
	state, err := m.mach.ResolveTrustContext(ctx, device)
	if err != nil {
		return TrustUnknown, err
	}
	trusted, err := m.mach.IsUserTrusted(ctx, device.UserID)
	if err != nil {
		return TrustUnknown, err
	}
	switch {
	case trusted && state >= id.TrustStateCrossSignedVerified:
		return TrustVerified, nil
	case state >= id.TrustStateCrossSignedTOFU:
		return TrustCrossSigned, nil
	default:
		return TrustUnverified, nil
	}
}

// AcceptIdentity takes the identity that somebody has now for the first one, so that their
// devices count as [TrustCrossSigned] again after they had to start over. Somebody should have
// asked them.
func (m *Machine) AcceptIdentity(ctx context.Context, user id.UserID) error {
	if err := m.started(); err != nil {
		return fmt.Errorf("e2ee: accept identity: %w", err)
	}
	if err := m.fetchLists(ctx, []id.UserID{user}); err != nil {
		return fmt.Errorf("e2ee: accept identity: %w", err)
	}
	keys, err := m.store.GetCrossSigningKeys(ctx, user)
	if err != nil {
		return fmt.Errorf("e2ee: accept identity: %w", err)
	}
	master := keys[id.XSUsageMaster].Key
	if master == "" {
		return fmt.Errorf("e2ee: accept identity: %s has none (they have to set up cross-signing in their client)", user)
	}
	if err := m.store.ResetMasterKeyTOFU(ctx, user, master); err != nil {
		return fmt.Errorf("e2ee: accept identity: %w", err)
	}
	return nil
}

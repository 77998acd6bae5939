package matrixtest_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

func text(body string) *event.MessageEventContent {
	return &event.MessageEventContent{MsgType: event.MsgText, Body: body}
}

// scenario is what bots do, and what goes wrong.
var scenario = []step{
	{"login", func(t *testing.T, w *world) {
		cli := w.bot
		_, err := cli.GetLoginFlows(t.Context())
		require.NoError(t, err)
		for _, wrong := range []string{"wrong password", ""} {
			_, _ = cli.Login(t.Context(), &mautrix.ReqLogin{
				Type: "m.login.password", Identifier: mautrix.UserIdentifier{Type: "m.id.user", User: "bot"}, Password: wrong,
			})
		}
		_, _ = cli.Login(t.Context(), &mautrix.ReqLogin{
			Type: "m.login.password", Identifier: mautrix.UserIdentifier{Type: "m.id.user", User: "nobody"}, Password: "something",
		})
		_, err = cli.Login(t.Context(), &mautrix.ReqLogin{
			Type: "m.login.password", Identifier: mautrix.UserIdentifier{Type: "m.id.user", User: "bot"}, Password: w.ids["password"],
			DeviceID: "BOTDEVICE", InitialDeviceDisplayName: "Bot", StoreCredentials: true,
		})
		require.NoError(t, err)
		_, err = cli.Whoami(t.Context())
		require.NoError(t, err)
		_, err = cli.GetDevicesInfo(t.Context())
		require.NoError(t, err)
	}},
	{"versions and capabilities", func(t *testing.T, w *world) {
		w.request(t, w.bot, "GET", "/_matrix/client/versions", nil)
		w.request(t, w.bot, "GET", "/_matrix/client/v3/capabilities", nil)
		w.request(t, w.bot, "GET", "/_matrix/client/v1/auth_metadata", nil)
	}},
	{"tokens", func(t *testing.T, w *world) {
		for _, token := range []string{"", "wrong"} {
			cli, err := mautrix.NewClient(w.url, w.bot.UserID, token)
			require.NoError(t, err)
			cli.Client = w.bot.Client
			_, _ = cli.Whoami(t.Context())
		}
	}},
	{"unknown operations", func(t *testing.T, w *world) {
		w.request(t, w.bot, "GET", "/_matrix/client/v3/nothing", nil)
		w.request(t, w.bot, "DELETE", "/_matrix/client/v3/sync", nil)
	}},
	{"create a room and invite", func(t *testing.T, w *world) {
		resp, err := w.ada.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{
			Preset: "private_chat", Name: "Ops", Topic: "what runs", Invite: []id.UserID{w.user("bot")},
		})
		require.NoError(t, err)
		w.ids["room"] = resp.RoomID.String()
		_, _ = w.ada.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{RoomVersion: "99"})
		_, _ = w.ada.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{Preset: "wrong"})
	}},
	{"an invitation comes by sync", func(t *testing.T, w *world) {
		w.sync(t, w.bot, "invited", "", "", func(r *mautrix.RespSync) bool { return r.Rooms.Invite[w.room()] != nil })
	}},
	{"nobody else comes in", func(t *testing.T, w *world) {
		_, _ = w.eve.JoinRoomByID(t.Context(), w.room())
		_, _ = w.eve.SendText(t.Context(), w.room(), "hello")
		_, _ = w.eve.State(t.Context(), w.room())
		_, _ = w.eve.Messages(t.Context(), w.room(), "", "", 'b', nil, 5)
		_, _ = w.eve.InviteUser(t.Context(), w.room(), &mautrix.ReqInviteUser{UserID: w.user("eve")})
		_, _ = w.eve.JoinRoomByID(t.Context(), id.RoomID("!nothing:"+w.name))
		_, _ = w.eve.JoinRoom(t.Context(), "#nothing:"+w.name, nil)
		_, _ = w.bot.SendText(t.Context(), w.room(), "not yet")
	}},
	{"join", func(t *testing.T, w *world) {
		_, err := w.bot.JoinRoomByID(t.Context(), w.room())
		require.NoError(t, err)
		_, err = w.bot.JoinRoomByID(t.Context(), w.room())
		require.NoError(t, err)
		_, err = w.bot.JoinedRooms(t.Context())
		require.NoError(t, err)
	}},
	{"the joined room comes with its state", func(t *testing.T, w *world) {
		w.sync(t, w.bot, "joined", "invited", "", func(r *mautrix.RespSync) bool {
			room := r.Rooms.Join[w.room()]
			return room != nil && room.Timeline.Limited || room != nil && len(room.Timeline.Events) > 0
		})
	}},
	{"the first sync", func(t *testing.T, w *world) {
		w.sync(t, w.bot, "first", "", "", func(r *mautrix.RespSync) bool { return r.Rooms.Join[w.room()] != nil })
	}},
	{"the first sync with a small timeline", func(t *testing.T, w *world) {
		w.sync(t, w.bot, "small", "", `{"room":{"timeline":{"limit":1}}}`, func(r *mautrix.RespSync) bool {
			return r.Rooms.Join[w.room()] != nil
		})
	}},
	{"send twice with one transaction id", func(t *testing.T, w *world) {
		for range 2 {
			resp, err := w.bot.SendMessageEvent(t.Context(), w.room(), event.EventMessage, text("once"), mautrix.ReqSendEvent{TransactionID: "txn1"})
			require.NoError(t, err)
			if old := w.ids["once"]; old != "" {
				require.Equal(t, old, resp.EventID.String())
			}
			w.ids["once"] = resp.EventID.String()
		}
		w.sync(t, w.bot, "sent", "first", "", func(r *mautrix.RespSync) bool { return w.has(r, "once") })
	}},
	{"nothing new", func(t *testing.T, w *world) {
		w.sync(t, w.bot, "sent", "sent", "", func(*mautrix.RespSync) bool { return true })
	}},
	{"edit, reaction, reply, thread", func(t *testing.T, w *world) {
		w.send(t, w.ada, "question", text("how late is it?"))
		edit := text("how late is it now?")
		edit.SetEdit(id.EventID(w.ids["question"]))
		w.send(t, w.ada, "edit", edit)
		reply := text("half past ten")
		reply.RelatesTo = (&event.RelatesTo{}).SetReplyTo(id.EventID(w.ids["question"]))
		w.send(t, w.bot, "reply", reply)
		thread := text("in the thread")
		thread.RelatesTo = (&event.RelatesTo{}).SetThread(id.EventID(w.ids["question"]), id.EventID(w.ids["question"]))
		w.send(t, w.bot, "thread", thread)
		resp, err := w.bot.SendReaction(t.Context(), w.room(), id.EventID(w.ids["question"]), "👍")
		require.NoError(t, err)
		w.ids["reaction"] = resp.EventID.String()
		w.sync(t, w.bot, "related", "sent", "", func(r *mautrix.RespSync) bool { return w.has(r, "reaction") })
	}},
	{"relations", func(t *testing.T, w *world) {
		question := id.EventID(w.ids["question"])
		for _, req := range []*mautrix.ReqGetRelations{
			// Without a type, Dendrite's order changes from run to run.
			{RelationType: event.RelAnnotation},
			{RelationType: event.RelReplace, EventType: event.EventMessage},
			{RelationType: event.RelThread},
			{RelationType: event.RelReference},
		} {
			_, err := w.bot.GetRelations(t.Context(), w.room(), question, req)
			require.NoError(t, err)
		}
		_, _ = w.bot.GetRelations(t.Context(), w.room(), "$nothing", &mautrix.ReqGetRelations{})
	}},
	{"one event", func(t *testing.T, w *world) {
		_, err := w.bot.GetEvent(t.Context(), w.room(), id.EventID(w.ids["once"]))
		require.NoError(t, err)
		_, _ = w.bot.GetEvent(t.Context(), w.room(), "$nothing")
		_, err = w.bot.Context(t.Context(), w.room(), id.EventID(w.ids["question"]), nil, 4)
		require.NoError(t, err)
	}},
	{"redact", func(t *testing.T, w *world) {
		resp, err := w.ada.RedactEvent(t.Context(), w.room(), id.EventID(w.ids["reply"]), mautrix.ReqRedact{Reason: "too loud"})
		require.NoError(t, err)
		w.ids["redaction"] = resp.EventID.String()
		w.sync(t, w.bot, "redacted", "related", "", func(r *mautrix.RespSync) bool { return w.has(r, "redaction") })
		w.request(t, w.bot, "GET", "/_matrix/client/v3/rooms/"+string(w.room())+"/event/"+w.ids["reply"], nil)
		_, _ = w.bot.RedactEvent(t.Context(), w.room(), id.EventID(w.ids["question"]))
		_, _ = w.bot.RedactEvent(t.Context(), w.room(), "$nothing")
	}},
	{"a limited timeline, and what is between", func(t *testing.T, w *world) {
		for range 6 {
			w.send(t, w.ada, "burst", text("burst"))
		}
		resp := w.sync(t, w.bot, "burst sync", "redacted", `{"room":{"timeline":{"limit":2}}}`, func(r *mautrix.RespSync) bool {
			return w.has(r, "burst")
		})
		prev := resp.Rooms.Join[w.room()].Timeline.PrevBatch
		back, err := w.bot.Messages(t.Context(), w.room(), prev, w.ids["redacted"], 'b', nil, 10)
		require.NoError(t, err)
		require.Len(t, back.Chunk, 4)
		page, err := w.bot.Messages(t.Context(), w.room(), prev, "", 'b', nil, 3)
		require.NoError(t, err)
		_, err = w.bot.Messages(t.Context(), w.room(), page.End, "", 'b', nil, 3)
		require.NoError(t, err)
		_, err = w.bot.Messages(t.Context(), w.room(), w.ids["redacted"], "", 'f', nil, 3)
		require.NoError(t, err)
		_, err = w.bot.Messages(t.Context(), w.room(), "", "", 'b', &mautrix.FilterPart{Types: []event.Type{event.EventReaction}}, 50)
		require.NoError(t, err)
		whole, err := w.bot.Messages(t.Context(), w.room(), "", "", 'b', nil, 100)
		require.NoError(t, err)
		_, err = w.bot.Messages(t.Context(), w.room(), whole.End, "", 'b', nil, 100)
		require.NoError(t, err)
		_, _ = w.bot.Messages(t.Context(), w.room(), "nonsense", "", 'b', nil, 3)
	}},
	{"state", func(t *testing.T, w *world) {
		var content map[string]any
		require.NoError(t, w.bot.StateEvent(t.Context(), w.room(), event.StateRoomName, "", &content))
		_ = w.bot.StateEvent(t.Context(), w.room(), event.StateRoomAvatar, "", &content)
		require.NoError(t, w.bot.StateEvent(t.Context(), w.room(), event.StatePowerLevels, "", &content))
		_, err := w.bot.FullStateEvent(t.Context(), w.room(), event.StateTopic, "")
		require.NoError(t, err)
		_, err = w.bot.State(t.Context(), w.room())
		require.NoError(t, err)
		resp, err := w.ada.SendStateEvent(t.Context(), w.room(), event.StateTopic, "", map[string]any{"topic": "new"})
		require.NoError(t, err)
		w.ids["topic"] = resp.EventID.String()
		_, _ = w.bot.SendStateEvent(t.Context(), w.room(), event.StateTopic, "", map[string]any{"topic": "mine"})
		_, _ = w.bot.SendStateEvent(t.Context(), w.room(), event.Type{Type: "x.y", Class: event.StateEventType}, string(w.ada.UserID), map[string]any{})
		w.sync(t, w.bot, "topic sync", "burst sync", "", func(r *mautrix.RespSync) bool { return w.has(r, "topic") })
	}},
	{"members", func(t *testing.T, w *world) {
		_, err := w.bot.Members(t.Context(), w.room())
		require.NoError(t, err)
		_, err = w.bot.Members(t.Context(), w.room(), mautrix.ReqMembers{Membership: event.MembershipInvite})
		require.NoError(t, err)
		_, err = w.bot.JoinedMembers(t.Context(), w.room())
		require.NoError(t, err)
	}},
	{"typing", func(t *testing.T, w *world) {
		_, err := w.ada.UserTyping(t.Context(), w.room(), true, 20*time.Second)
		require.NoError(t, err)
		w.sync(t, w.bot, "typing sync", "topic sync", "", func(r *mautrix.RespSync) bool {
			room := r.Rooms.Join[w.room()]
			return room != nil && len(room.Ephemeral.Events) > 0
		})
		_, err = w.ada.UserTyping(t.Context(), w.room(), false, 0)
		require.NoError(t, err)
		w.request(t, w.bot, "PUT", "/_matrix/client/v3/rooms/"+string(w.room())+"/typing/"+string(w.ada.UserID), map[string]any{"typing": true})
	}},
	{"receipts", func(t *testing.T, w *world) {
		require.NoError(t, w.ada.MarkRead(t.Context(), w.room(), id.EventID(w.ids["topic"])))
		w.sync(t, w.bot, "read sync", "typing sync", "", func(r *mautrix.RespSync) bool {
			if room := r.Rooms.Join[w.room()]; room != nil {
				for _, e := range room.Ephemeral.Events {
					if e.Type.Type == "m.receipt" {
						return true
					}
				}
			}
			return false
		})
		_ = w.bot.SetReadMarkers(t.Context(), w.room(), map[string]any{"m.fully_read": w.ids["topic"]})
		_ = w.bot.SendReceipt(t.Context(), w.room(), id.EventID(w.ids["topic"]), "m.wrong", nil)
	}},
	{"media", func(t *testing.T, w *world) {
		resp, err := w.bot.UploadMedia(t.Context(), mautrix.ReqUploadMedia{ContentBytes: []byte("a,b\n"), ContentType: "text/csv", FileName: "table.csv"})
		require.NoError(t, err)
		w.quiet(func() {
			data, err := w.ada.DownloadBytes(t.Context(), resp.ContentURI)
			require.NoError(t, err)
			require.Equal(t, "a,b\n", string(data))
		})
		_, _ = w.bot.DownloadBytes(t.Context(), id.ContentURI{Homeserver: w.name, FileID: "nothing"})
		_, err = w.bot.GetMediaConfig(t.Context())
		require.NoError(t, err)
	}},
	{"profile", func(t *testing.T, w *world) {
		require.NoError(t, w.bot.SetDisplayName(t.Context(), "Deploy Bot"))
		_, err := w.ada.GetProfile(t.Context(), w.bot.UserID)
		require.NoError(t, err)
		_, err = w.ada.GetDisplayName(t.Context(), w.bot.UserID)
		require.NoError(t, err)
		_, _ = w.ada.GetProfile(t.Context(), w.user("nobody"))
		w.request(t, w.eve, "PUT", "/_matrix/client/v3/profile/"+string(w.bot.UserID)+"/displayname", map[string]any{"displayname": "x"})
	}},
	{"account data", func(t *testing.T, w *world) {
		var content map[string]any
		_ = w.bot.GetAccountData(t.Context(), "x.settings", &content)
		require.NoError(t, w.bot.SetAccountData(t.Context(), "x.settings", map[string]any{"a": 1}))
		require.NoError(t, w.bot.GetAccountData(t.Context(), "x.settings", &content))
		require.NoError(t, w.bot.SetRoomAccountData(t.Context(), w.room(), "x.room", map[string]any{"b": 1}))
		require.NoError(t, w.bot.GetRoomAccountData(t.Context(), w.room(), "x.room", &content))
		w.request(t, w.eve, "GET", "/_matrix/client/v3/user/"+string(w.bot.UserID)+"/account_data/x.settings", nil)
	}},
	{"filters", func(t *testing.T, w *world) {
		resp, err := w.bot.CreateFilter(t.Context(), &mautrix.Filter{Room: &mautrix.RoomFilter{Timeline: &mautrix.FilterPart{Limit: 3}}})
		require.NoError(t, err)
		w.request(t, w.bot, "GET", "/_matrix/client/v3/user/"+string(w.bot.UserID)+"/filter/"+resp.FilterID, nil)
		w.request(t, w.bot, "GET", "/_matrix/client/v3/user/"+string(w.bot.UserID)+"/filter/99", nil)
	}},
	{"aliases", func(t *testing.T, w *world) {
		alias := id.NewRoomAlias("ops", w.name)
		_, _ = w.bot.ResolveAlias(t.Context(), alias)
		_, err := w.ada.CreateAlias(t.Context(), alias, w.room())
		require.NoError(t, err)
		_, _ = w.ada.CreateAlias(t.Context(), alias, w.room())
		_, err = w.bot.ResolveAlias(t.Context(), alias)
		require.NoError(t, err)
		_, err = w.ada.GetAliases(t.Context(), w.room())
		require.NoError(t, err)
		_, err = w.ada.DeleteAlias(t.Context(), alias)
		require.NoError(t, err)
	}},
	{"what is too large or malformed", func(t *testing.T, w *world) {
		path := "/_matrix/client/v3/rooms/" + string(w.room()) + "/send/m.room.message/"
		w.request(t, w.bot, "PUT", path+"big", map[string]any{"msgtype": "m.text", "body": strings.Repeat("x", 66_000)})
		w.request(t, w.bot, "PUT", path+"list", []string{"x"})
		w.request(t, w.bot, "PUT", path+"float", map[string]any{"n": 1.5})
		w.request(t, w.bot, "GET", "/_matrix/client/v3/sync?since=nonsense", nil)
		w.request(t, w.bot, "GET", "/_matrix/client/v3/rooms/"+string(w.room())+"/messages?dir=x", nil)
		w.request(t, w.bot, "POST", "/_matrix/client/v3/rooms/"+string(w.room())+"/invite", map[string]any{})
		w.request(t, w.bot, "POST", "/_matrix/client/v3/login", map[string]any{})
		w.request(t, w.bot, "POST", "/_matrix/client/v3/login", map[string]any{"type": "m.login.wrong"})
	}},
	{"kick, ban and their limits", func(t *testing.T, w *world) {
		_, _ = w.bot.KickUser(t.Context(), w.room(), &mautrix.ReqKickUser{UserID: w.ada.UserID})
		_, _ = w.bot.BanUser(t.Context(), w.room(), &mautrix.ReqBanUser{UserID: w.ada.UserID})
		_, err := w.ada.InviteUser(t.Context(), w.room(), &mautrix.ReqInviteUser{UserID: w.eve.UserID})
		require.NoError(t, err)
		_, _ = w.ada.InviteUser(t.Context(), w.room(), &mautrix.ReqInviteUser{UserID: w.bot.UserID})
		_, _ = w.ada.InviteUser(t.Context(), w.room(), &mautrix.ReqInviteUser{UserID: w.user("nobody")})
		_, _ = w.ada.InviteUser(t.Context(), w.room(), &mautrix.ReqInviteUser{UserID: "nobody"})
		_, _ = w.ada.KickUser(t.Context(), w.room(), &mautrix.ReqKickUser{UserID: w.user("stranger")})
		_, err = w.eve.JoinRoomByID(t.Context(), w.room())
		require.NoError(t, err)
		_, err = w.ada.KickUser(t.Context(), w.room(), &mautrix.ReqKickUser{UserID: w.eve.UserID, Reason: "enough"})
		require.NoError(t, err)
		_, _ = w.eve.SendText(t.Context(), w.room(), "but")
		_, err = w.ada.BanUser(t.Context(), w.room(), &mautrix.ReqBanUser{UserID: w.eve.UserID})
		require.NoError(t, err)
		_, _ = w.eve.JoinRoomByID(t.Context(), w.room())
		_, _ = w.ada.InviteUser(t.Context(), w.room(), &mautrix.ReqInviteUser{UserID: w.eve.UserID})
		_, err = w.ada.UnbanUser(t.Context(), w.room(), &mautrix.ReqUnbanUser{UserID: w.eve.UserID})
		require.NoError(t, err)
		_, _ = w.ada.UnbanUser(t.Context(), w.room(), &mautrix.ReqUnbanUser{UserID: w.eve.UserID})
		w.sync(t, w.eve, "banned", "", "", func(*mautrix.RespSync) bool { return true })
	}},
	{"a kick comes by sync", func(t *testing.T, w *world) {
		w.quiet(func() {
			w.send(t, w.ada, "before the kick", text("bye"))
			w.sync(t, w.bot, "before the kick", "read sync", "", func(r *mautrix.RespSync) bool { return w.has(r, "before the kick") })
		})
		_, err := w.ada.KickUser(t.Context(), w.room(), &mautrix.ReqKickUser{UserID: w.bot.UserID, Reason: "rest"})
		require.NoError(t, err)
		w.sync(t, w.bot, "kicked", "before the kick", "", func(r *mautrix.RespSync) bool { return r.Rooms.Leave[w.room()] != nil })
		_, _ = w.bot.SendText(t.Context(), w.room(), "still here")
		_, _ = w.bot.LeaveRoom(t.Context(), w.room())
	}},
	{"upgrade", func(t *testing.T, w *world) {
		w.request(t, w.bot, "POST", "/_matrix/client/v3/rooms/"+string(w.room())+"/upgrade", map[string]any{"new_version": "11"})
		w.request(t, w.ada, "POST", "/_matrix/client/v3/rooms/"+string(w.room())+"/upgrade", map[string]any{"new_version": "99"})
		w.request(t, w.ada, "POST", "/_matrix/client/v3/rooms/"+string(w.room())+"/upgrade", map[string]any{"new_version": "11"})
		var content map[string]any
		require.NoError(t, w.ada.StateEvent(t.Context(), w.room(), event.StateTombstone, "", &content))
		next, _ := content["replacement_room"].(string)
		w.request(t, w.ada, "GET", "/_matrix/client/v3/rooms/"+next+"/state", nil)
	}},
	{"room version 12", func(t *testing.T, w *world) {
		resp, err := w.ada.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{RoomVersion: "12", Invite: []id.UserID{w.bot.UserID}})
		require.NoError(t, err)
		require.NotContains(t, string(resp.RoomID), ":")
		w.ids["room"] = string(resp.RoomID)
		_, err = w.bot.JoinRoomByID(t.Context(), w.room())
		require.NoError(t, err)
		w.send(t, w.bot, "twelve", text("twelve"))
		w.sync(t, w.bot, "twelve sync", "", "", func(r *mautrix.RespSync) bool { return w.has(r, "twelve") })
		_, err = w.bot.State(t.Context(), w.room())
		require.NoError(t, err)
		_, _ = w.ada.SendStateEvent(t.Context(), w.room(), event.StatePowerLevels, "", map[string]any{"users": map[string]any{string(w.ada.UserID): 100}})
		redaction, err := w.ada.RedactEvent(t.Context(), w.room(), id.EventID(w.ids["twelve"]))
		require.NoError(t, err)
		w.ids["twelve redacted"] = redaction.EventID.String()
		w.sync(t, w.bot, "twelve gone", "twelve sync", "", func(r *mautrix.RespSync) bool { return w.has(r, "twelve redacted") })
		_, err = w.bot.GetEvent(t.Context(), w.room(), redaction.EventID)
		require.NoError(t, err)
	}},
	{"keys and to-device messages", func(t *testing.T, w *world) {
		w.quiet(func() { // a token that covers everything so far
			w.sync(t, w.bot, "before keys", "", "", func(*mautrix.RespSync) bool { return true })
		})
		upload := map[string]any{
			"device_keys": map[string]any{
				"user_id": w.bot.UserID, "device_id": w.bot.DeviceID, "algorithms": []string{"m.megolm.v1.aes-sha2"},
				"keys": map[string]any{"ed25519:" + string(w.bot.DeviceID): "x", "curve25519:" + string(w.bot.DeviceID): "y"},
			},
			"one_time_keys": map[string]any{"signed_curve25519:AAAAAQ": map[string]any{"key": "z"}},
		}
		w.request(t, w.bot, "POST", "/_matrix/client/v3/keys/upload", upload)
		w.request(t, w.bot, "POST", "/_matrix/client/v3/keys/upload", map[string]any{})
		w.request(t, w.ada, "POST", "/_matrix/client/v3/keys/query", map[string]any{"device_keys": map[string]any{string(w.bot.UserID): []string{}}})
		for range 2 {
			w.request(t, w.ada, "POST", "/_matrix/client/v3/keys/claim", map[string]any{
				"one_time_keys": map[string]any{string(w.bot.UserID): map[string]any{"BOTDEVICE": "signed_curve25519"}},
			})
		}
		w.request(t, w.ada, "PUT", "/_matrix/client/v3/sendToDevice/x.hello/t1", map[string]any{
			"messages": map[string]any{string(w.bot.UserID): map[string]any{"*": map[string]any{"a": 1}}},
		})
		w.sync(t, w.bot, "keys sync", "before keys", "", func(r *mautrix.RespSync) bool { return len(r.ToDevice.Events) > 0 })
	}},
	{"cross-signing asks for the password when keys are replaced", func(t *testing.T, w *world) {
		for _, key := range []string{"a", "a", "b"} {
			public := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(key, 32)))
			w.request(t, w.bot, "POST", "/_matrix/client/v3/keys/device_signing/upload", map[string]any{
				"master_key": map[string]any{
					"user_id": w.bot.UserID, "usage": []string{"master"}, "keys": map[string]any{"ed25519:" + public: public},
				},
			})
		}
		w.request(t, w.ada, "POST", "/_matrix/client/v3/keys/query", map[string]any{"device_keys": map[string]any{string(w.bot.UserID): []string{}}})
	}},
	{"key backup", func(t *testing.T, w *world) {
		const keys = "/_matrix/client/v3/room_keys/"
		w.request(t, w.bot, "GET", keys+"version", nil)
		w.request(t, w.bot, "POST", keys+"version", map[string]any{"algorithm": "m.megolm_backup.v1.curve25519-aes-sha2", "auth_data": map[string]any{"public_key": "x"}})
		w.request(t, w.bot, "GET", keys+"version", nil)
		session := map[string]any{"first_message_index": 0, "forwarded_count": 0, "is_verified": true, "session_data": map[string]any{"x": "y"}}
		w.request(t, w.bot, "PUT", keys+"keys?version=1", map[string]any{
			"rooms": map[string]any{string(w.room()): map[string]any{"sessions": map[string]any{"s1": session}}},
		})
		w.request(t, w.bot, "GET", keys+"keys?version=1", nil)
		w.request(t, w.bot, "GET", keys+"keys/"+string(w.room())+"/s1?version=1", nil)
		w.request(t, w.bot, "GET", keys+"keys/"+string(w.room())+"/nothing?version=1", nil)
		w.request(t, w.bot, "DELETE", keys+"version/1", nil)
		w.request(t, w.bot, "GET", keys+"version/1", nil)
	}},
	{"devices", func(t *testing.T, w *world) {
		_ = w.bot.SetDeviceInfo(t.Context(), "BOTDEVICE", &mautrix.ReqDeviceInfo{DisplayName: "renamed"})
		_, _ = w.bot.GetDeviceInfo(t.Context(), "NOTHING")
		_, err := w.bot.GetDeviceInfo(t.Context(), "BOTDEVICE")
		require.NoError(t, err)
		const old = "/_matrix/client/v3/devices/shared_secret_registration"
		w.request(t, w.bot, http.MethodDelete, old, map[string]any{})
		w.request(t, w.bot, http.MethodDelete, old, map[string]any{"auth": map[string]any{
			"type": "m.login.password", "session": w.session(), "password": "wrong password",
			"identifier": map[string]any{"type": "m.id.user", "user": "bot"},
		}})
		w.request(t, w.bot, http.MethodDelete, old, map[string]any{"auth": map[string]any{
			"type": "m.login.password", "session": w.session(), "password": w.ids["password"],
			"identifier": map[string]any{"type": "m.id.user", "user": "bot"},
		}})
		_, err = w.bot.GetDevicesInfo(t.Context())
		require.NoError(t, err)
		_, err = w.bot.Logout(t.Context())
		require.NoError(t, err)
		_, _ = w.bot.Whoami(t.Context())
	}},
}

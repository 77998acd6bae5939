package zulip_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestAttachments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	upload, err := c.UploadFile(ctx, "notes.txt", strings.NewReader("the text"))
	require.NoError(t, err)
	sent, err := c.SendMessage(ctx, zulip.SendMessageRequest{To: zulip.InChannel(zulip.ChannelID(h.channel.ID), "tea"), Content: upload.Markdown()})
	require.NoError(t, err)
	files, err := c.Attachments(ctx)
	require.NoError(t, err)
	require.Len(t, files.Attachments, 1)
	file := files.Attachments[0]
	assert.Equal(t, upload.URL, file.URL())
	assert.Equal(t, "notes.txt", file.Name)
	assert.EqualValues(t, len("the text"), file.Size)
	assert.Equal(t, []zulip.MessageID{sent.ID}, file.MessageIDs)
	require.NoError(t, c.DeleteAttachment(ctx, file.ID))
	files, err = c.Attachments(ctx)
	require.NoError(t, err)
	assert.Empty(t, files.Attachments)
}

func TestAttachmentsOfAllServersLookAlike(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"milliseconds and messages": `{"id":1,"create_time":1588145417000,"messages":[{"id":102,"date_sent":1588145424000}]}`,
		"seconds and message_ids":   `{"id":1,"create_time":1588145417,"message_ids":[102]}`,
	} {
		c := answering(t, answerWith(http.StatusOK, `{"result":"success","msg":"","upload_space_used":5,"attachments":[`+body+`]}`))
		files, err := c.Attachments(t.Context())
		require.NoError(t, err, name)
		file := files.Attachments[0]
		assert.EqualValues(t, 1588145417, file.Time().Unix(), name)
		assert.Equal(t, []zulip.MessageID{102}, file.MessageIDs, name)
		for _, message := range file.Messages {
			assert.EqualValues(t, 1588145424, message.DateSent)
		}
	}
}

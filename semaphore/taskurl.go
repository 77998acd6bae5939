package semaphore

import "strconv"

// TaskURL is the page of a task in the server's web interface: its template's page with the log opened. It is made of
// the URL that the client was created with and of numbers alone, so that nothing a user wrote is ever in it.
func (c *Client) TaskURL(project ProjectID, template TemplateID, task TaskID) string {
	page := c.root.JoinPath("project", strconv.FormatInt(int64(project), 10), "templates", strconv.FormatInt(int64(template), 10))
	page.User, page.RawQuery, page.Fragment = nil, "t="+strconv.FormatInt(int64(task), 10), ""
	return page.String()
}

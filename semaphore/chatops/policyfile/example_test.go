package policyfile_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/policyfile"
)

func ExampleLoad() {
	folder, err := os.MkdirTemp("", "policy")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "policy.yaml")
	err = os.WriteFile(path, []byte(`
rooms: ["!ops:example.org"]
grants:
  - users: ["@ada:example.org"]
    role: admin
  - users: ["@carl:example.org"]
    role: runner
    templates: [website/check]
`), 0o600)
	if err != nil {
		panic(err)
	}
	policy, err := policyfile.Load(path)
	if err != nil {
		panic(err)
	}
	check := chatops.TargetRef{Project: 1, ProjectName: "website", Template: 2, TemplateName: "check"}
	fmt.Println(policy.Role("@ada:example.org", "!ops:example.org", check))
	fmt.Println(policy.Role("@carl:example.org", "!ops:example.org", check))
	fmt.Println(policy.Role("@eve:example.org", "!ops:example.org", check))
	// Output:
	// admin
	// runner
	// nobody
}

{
  x.global.users.accounts = {
    alice = {
      displayName = "Alice";
      isAdmin = true;
    };
    bob.displayName = "Bob";
  };
}

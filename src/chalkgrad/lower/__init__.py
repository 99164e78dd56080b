"""What must the machine do?  From the derived equations to a schedule of kernel calls."""
